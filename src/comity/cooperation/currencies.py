"""Currencies and how finely each is counted, by ISO 4217.

A code that is not in use is a slip of the pen, and so is a sum finer than its currency's smallest unit: yen have no
hundredths. Testing codes, precious metals and units of account (`XXX`, `XAU`, `XDR`) are nobody's expenses. Whatever
is reckoned is reckoned in whole units of that kind, for nobody can pay half a cent.

Source: ISO 4217:2015 with its amendments up to 181 (January 2026); list one.
"""

from collections.abc import Iterator
from decimal import ROUND_DOWN, Decimal

from comity.cooperation.kind import against
from comity.decisions.decision import Ground

__all__ = ["DECIMALS", "amiss", "finer", "in_units", "share_of"]

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


#: Below this is every cost, so that what five hundred of them come to in one charge can be said.
MOST_OF_ONE = Decimal(10) ** 12


def amiss(where: str, amount: str, currency: str) -> Iterator[Ground]:
    """Give what stands against a sum of money that somebody has had, citing the article it is borne by."""
    yield from finer(where, amount, currency)
    if not Decimal(amount):
        yield against(where, "a cost comes to more than nothing")
    if Decimal(amount) >= MOST_OF_ONE:
        yield against(where, f"a cost is below {MOST_OF_ONE} {currency}: enter it in parts")


def finer(where: str, amount: str, currency: str) -> Iterator[Ground]:
    """Give what stands against a sum of money, nothing included: a code not in use, or a fraction nobody can pay."""
    places = DECIMALS.get(currency)
    if places is None:
        yield against(where, f"`{currency}` is not a currency in use by ISO 4217")
    elif -int(Decimal(amount).normalize().as_tuple().exponent) > places:
        yield against(where, f"{currency} is counted to {places} decimal places, {amount} is finer")


def share_of(amount: Decimal, currency: str, hundredths: int) -> Decimal:
    """Give a share of a sum in whole units of its currency, rounded down: half of 0.05 EUR is 0.02 EUR."""
    return (amount * hundredths / 100).quantize(_unit(currency), ROUND_DOWN)


def in_units(amount: Decimal, currency: str) -> str:
    """Print a sum with as many decimal places as its currency has: 420.00 EUR, 420 JPY, 420.000 KWD."""
    return format(amount.quantize(_unit(currency)), "f")


def _unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-DECIMALS[currency])
