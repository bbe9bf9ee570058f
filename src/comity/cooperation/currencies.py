"""Currencies and how finely each is counted, by ISO 4217.

A code that is not in use is a slip of the pen, and so is a sum finer than its currency's smallest unit: yen have no
hundredths. Testing codes, precious metals and units of account (`XXX`, `XAU`, `XDR`) are nobody's expenses.

Source: ISO 4217:2015 with its amendments up to 181 (January 2026); list one.
"""

from collections.abc import Iterator
from decimal import Decimal

from comity.cooperation.kind import against
from comity.decisions.decision import Ground

__all__ = ["DECIMALS", "amiss"]

_TWO = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE
CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR
KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB
PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY
TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG
"""
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"

#: Code -> decimal places of its smallest unit.
DECIMALS = {
    **dict.fromkeys(_TWO.split(), 2),
    **dict.fromkeys(_NONE.split(), 0),
    **dict.fromkeys(_THREE.split(), 3),
}


def amiss(where: str, amount: str, currency: str) -> Iterator[Ground]:
    """Give what stands against a sum of money that somebody has had, citing the article it is borne by."""
    places = DECIMALS.get(currency)
    if places is None:
        yield against(where, f"`{currency}` is not a currency in use by ISO 4217")
        return
    if -int(Decimal(amount).normalize().as_tuple().exponent) > places:
        yield against(where, f"{currency} is counted to {places} decimal places, {amount} is finer")
    if not Decimal(amount):
        yield against(where, "a cost comes to more than nothing")
