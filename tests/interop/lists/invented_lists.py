# ruff: noqa: E501
"""Lists in the shapes of the public ones; nobody and nothing in them exists."""

UN = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2031-03-01T00:00:00">
 <INDIVIDUALS>
  <INDIVIDUAL>
   <DATAID>7000001</DATAID><VERSIONNUM>1</VERSIONNUM>
   <FIRST_NAME>Tavrin</FIRST_NAME><SECOND_NAME>Oleksandrovych</SECOND_NAME><THIRD_NAME>Merezhko</THIRD_NAME>
   <UN_LIST_TYPE>Invented</UN_LIST_TYPE><REFERENCE_NUMBER>XXi.001</REFERENCE_NUMBER><LISTED_ON>2030-05-06</LISTED_ON>
   <GENDER>Male</GENDER><NAME_ORIGINAL_SCRIPT>Мережко Таврін</NAME_ORIGINAL_SCRIPT><COMMENTS1>Invented.</COMMENTS1>
   <DESIGNATION><VALUE>harbour master</VALUE></DESIGNATION>
   <NATIONALITY><VALUE>Iran (Islamic Republic of)</VALUE></NATIONALITY>
   <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Tavrin Merezhka; T. Merezhko</ALIAS_NAME></INDIVIDUAL_ALIAS>
   <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>The Ferryman</ALIAS_NAME></INDIVIDUAL_ALIAS>
   <INDIVIDUAL_ADDRESS><CITY>Quillport</CITY><COUNTRY>Côte d'Ivoire</COUNTRY></INDIVIDUAL_ADDRESS>
   <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><DATE>1961-04-23</DATE></INDIVIDUAL_DATE_OF_BIRTH>
   <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>BETWEEN</TYPE_OF_DATE><FROM_YEAR>1958</FROM_YEAR><TO_YEAR>1960</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>
   <INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>X1234567</NUMBER></INDIVIDUAL_DOCUMENT>
  </INDIVIDUAL>
 </INDIVIDUALS>
 <ENTITIES>
  <ENTITY>
   <DATAID>7000002</DATAID><FIRST_NAME>POLYARNAYA ZVEZDA TRADING</FIRST_NAME>
   <ENTITY_ALIAS><QUALITY>f.k.a.</QUALITY><ALIAS_NAME>North Star Wool</ALIAS_NAME></ENTITY_ALIAS>
   <ENTITY_ADDRESS><COUNTRY>Syrian Arab Republic</COUNTRY></ENTITY_ADDRESS>
  </ENTITY>
 </ENTITIES>
</CONSOLIDATED_LIST>
"""

EU_XML = """<?xml version="1.0" encoding="UTF-8"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2031-03-01T00:00:00.000+01:00">
 <sanctionEntity designationDetails="" unitedNationId="" euReferenceNumber="EU.0.01" logicalId="901">
  <remark>Invented.</remark>
  <regulation programme="XXX" regulationType="regulation"/>
  <subjectType code="person" classificationCode="P"/>
  <nameAlias firstName="" middleName="" lastName="" wholeName="Ilse van der Zandstra" gender="F" nameLanguage="EN" strong="true"/>
  <nameAlias wholeName="Илсе Зандстра" gender="" nameLanguage="BG" strong="true"/>
  <nameAlias wholeName="Mother Ilse" strong="false"/>
  <citizenship countryIso2Code="NL" countryDescription="NETHERLANDS"/>
  <birthdate circa="false" birthdate="1958-11-02" year="1958" city="Quillport" countryIso2Code="00"/>
  <address city="Quillport" street="Quay 4" countryIso2Code="BE" countryDescription="BELGIUM"/>
  <identification number="AB 99" identificationTypeCode="passport"/>
 </sanctionEntity>
 <sanctionEntity logicalId="902">
  <subjectType code="enterprise" classificationCode="E"/>
  <nameAlias wholeName="Brackwater Holdings No. 12" strong="true"/>
 </sanctionEntity>
</export>
"""

EU_CSV = (
    "fileGenerationDate;Entity_LogicalId;Entity_SubjectType;NameAlias_LastName;NameAlias_FirstName;NameAlias_MiddleName;"
    "NameAlias_WholeName;NameAlias_NameLanguage;NameAlias_Gender;BirthDate_BirthDate;BirthDate_Year;"
    "Citizenship_CountryIso2Code;Identification_Number;Identification_TypeCode\n"
    "01/03/2031;901;P;;;;Ilse van der Zandstra;EN;F;;;;;\n"
    "01/03/2031;901;P;;;;Илсе Зандстра;BG;;;;;;\n"
    "01/03/2031;901;P;;;;;;;1958-11-02;1958;;;\n"
    "01/03/2031;901;P;;;;;;;;;NL;;\n"
    "01/03/2031;901;P;;;;;;;;;;AB 99;passport\n"
    "01/03/2031;902;E;;;;Brackwater Holdings No. 12;;;;;;;\n"
)

UK_OLD = (
    "Last Updated,01/03/2031\n"
    "Name 6,Name 1,Name 2,Name 3,Name 4,Name 5,Title,Name Non-Latin Script,Non-Latin Script Type,"
    "Non-Latin Script Language,DOB,Town of Birth,Country of Birth,Nationality,Passport Number,Position,Address 1,"
    "Post/Zip Code,Country,Other Information,Group Type,Alias Type,Alias Quality,Regime,Listed On,Group ID\n"
    'QUILLFEATHER,Jorvik,,,,,,,,,09/07/1983,,,"(1) Iceland (2) Norway",X1234567,,Quay 4,,Iceland,,Individual,'
    "Primary name,,Invented,02/02/2030,801\n"
    "QUILL,Jorvik,,,,,,,,,00/00/1983,,,,,,,,,,Individual,AKA,Good quality,Invented,02/02/2030,801\n"
    "RIVER BOY,,,,,,,,,,,,,,,,,,,,Individual,AKA,Low quality,Invented,02/02/2030,801\n"
    "SEA LANTERN TRADING,,,,,,,Морской фонарь,,,,,,,,,,,,,Entity,Primary name,,Invented,02/02/2030,802\n"
)

UK_NEW = (
    "Report Date: 01-Mar-2031\n"
    "Last Updated,Unique ID,OFSI Group ID,UN Reference Number,Name 6,Name 1,Name 2,Name 3,Name 4,Name 5,Name type,"
    "Alias strength,Title,Name non-latin script,Regime Name,Designation Type,Address Line 1,Address Country,"
    "Date Designated,D.O.B,Nationality(/ies),Passport number,Gender,IMO number,Current believed flag of ship\n"
    "01/03/2031,XXX0001,801,,QUILLFEATHER,Jorvik,,,,,Primary Name,,,,Invented,Individual,Quay 4,Iceland,02/02/2030,"
    "09/07/1983,Iceland,X1234567,Male,,\n"
    "01/03/2031,XXX0002,,,SEA LANTERN 7,,,,,,Primary Name,,,,Invented,Ship,,,02/02/2030,,,,,9074729,Panama\n"
)

OFAC = """<?xml version="1.0" standalone="yes"?>
<sdnList xmlns="https://sanctionslistservice.example/XML">
 <publshInformation><Publish_Date>03/01/2031</Publish_Date><Record_Count>3</Record_Count></publshInformation>
 <sdnEntry>
  <uid>90001</uid><firstName>Marisol</firstName><lastName>QUINTANAR EBREO</lastName><sdnType>Individual</sdnType>
  <programList><program>XXX</program></programList>
  <idList>
   <id><uid>1</uid><idType>Passport</idType><idNumber>G-77</idNumber><idCountry>Mexico</idCountry></id>
   <id><uid>2</uid><idType>Gender</idType><idNumber>Female</idNumber></id>
  </idList>
  <akaList>
   <aka><uid>3</uid><type>a.k.a.</type><category>strong</category><firstName>Mari</firstName><lastName>EBREO</lastName></aka>
   <aka><uid>4</uid><type>a.k.a.</type><category>weak</category><lastName>LA PALOMA</lastName></aka>
  </akaList>
  <nationalityList><nationality><uid>5</uid><country>Mexico</country><mainEntry>true</mainEntry></nationality></nationalityList>
  <dateOfBirthList><dateOfBirthItem><uid>6</uid><dateOfBirth>19 Dec 1946</dateOfBirth><mainEntry>true</mainEntry></dateOfBirthItem></dateOfBirthList>
 </sdnEntry>
 <sdnEntry>
  <uid>90002</uid><lastName>SEA LANTERN 7</lastName><sdnType>Vessel</sdnType>
  <idList><id><uid>7</uid><idType>Vessel Registration Identification</idType><idNumber>IMO 9074729</idNumber></id></idList>
  <vesselInfo><callSign>H3XX</callSign><vesselType>Cargo</vesselType><vesselFlag>Panama</vesselFlag></vesselInfo>
 </sdnEntry>
</sdnList>
"""

OFAC_CSV = (
    '90001,"QUINTANAR EBREO, Marisol","individual","XXX","-0- ",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,"DOB 19 Dec 1946; nationality Mexico."\n'
    '90002,"SEA LANTERN 7","vessel","XXX",-0- ,"H3XX","Cargo",-0- ,-0- ,"Panama",-0- ,"Vessel Registration Identification IMO 9074729."\n'
    "\x1a\n"
)

STATEMENTS = (
    "id,entity_id,canonical_id,prop,prop_type,schema,value,dataset,lang,original_value,external,first_seen,last_seen,origin\n"
    "s1,a-1,n-1,name,name,LegalEntity,Tavrin Merezhko,list-a,eng,,f,2030-01-01T00:00:00,2031-01-01T00:00:00,\n"
    "s2,b-1,n-1,name,name,Person,Мережко Таврін,list-b,ukr,,f,2030-02-01,2031-01-01,\n"
    "s3,b-1,n-1,birthDate,date,Person,1961-04-23,list-b,,23.04.1961,f,2030-02-01,2031-01-01,\n"
    "s4,n-1,n-1,id,checksum,Person,abc,list-b,,,f,,,\n"
)

OWN = (
    "Reference;Kind;Full name;Also known as;Born;Nationality;Street;Town\n"
    "N-1;person;Jorunn Ashgrove;J. Ash|Runa Ashgrove;14.03.1970;Norway;Quay 4;Quillport\n"
    "N-1;person;Jorunn Ashgrove-Quill;;;Iceland;;\n"
    "N-2;firm;Ashgrove Wool;;;;;\n"
)

MAPPING = """
schema = { column = "Kind", values = { person = "Person", firm = "Company" } }
id = "Reference"
source = "north-watchlist"
separator = ";"

[properties]
name = "Full name"
alias = { column = "Also known as", split = "|" }
birthDate = "Born"
nationality = "Nationality"
address = { columns = ["Street", "Town"], join = ", " }
notes = { value = "from the list of North" }
"""
