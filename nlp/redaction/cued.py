"""What is personal by the words before it: "PIN 5093", "sort code 20-00-00", "born 3/9/1938", "tel. 2125550172"."""

import re

from nlp.redaction.checks import digits, phone
from nlp.redaction.patterns import OTHER
from nlp.redaction.rule import rules

CODE = (
    r"pins?(?: code| number)?|pass ?codes?|(?:security|verification|access|entry|gate|door|alarm|lock|one[- ]time|log-?in|sms|text|"
    r"2fa|auth\w*|buzzer) (?:pass)?codes?|otp|cvv2?|cvc2?|code (?:you(?:'ve| have)? (?:sent|texted)(?: me)?|i got|on the "
    r"(?:letter|text)|from the text)|your code|three (?:digits |numbers )?on the back"
)
ACCOUNT = (
    r"sort ?code|routing(?: number)?|bacs(?: to)?|(?:bank|checking|savings|current) account|account (?:number|no)|acc(?:oun)?t\.?|"
    r"konto(?:nummer)?"
)
NATIONAL = (
    r"ssn|s s n|social(?: security| insurance)?|sin|national insurance|insurance (?:number|no)|ni (?:number|no)|nino|nhs|medicare|dni|"
    r"nie|bsn|cpf|curp|pesel|pps|ppsn|aadhaar|codice fiscale|tax (?:file|id\w*)|tfn|passport|(?:id|identity) card|"
    r"driv(?:ing|er['’]?s) licen[cs]e|steuer-?id\w*|s[ée]curit[ée] sociale|personnummer"
)
BIRTH = r"date of birth|birth date|d\.?o\.?b|d o b|birth ?da(?:y|te)|bday|born|geburtsdatum|geboren|geb\.|n[ée]e? le|nacid[oa]|nascid[oa]|nat[oa] il"
PHONE = (
    r"(?:tele)?phone|mobile|cell|tel|whatsapp|fax|call(?: me)?|ring(?: me)?|text(?: me)?|dial|landline|reach(?: me)?|handy|portable|"
    r"m[óo]vil|tel[ée]fono|t[ée]l[ée]phone|telefon"
)
_DATE = (
    r"\d{1,4} ?[./-] ?\d{1,2} ?[./-] ?\d{2,4}|\d{1,2}(?:st|nd|rd|th)?\.? (?:of |de )?[^\W\d_]{3,10}\.?,? (?:de )?['’]?\d{2,4}|"
    r"[^\W\d_]{3,10}\.? (?:the )?\d{1,2}(?:st|nd|rd|th)?,? ['’]?\d{2,4}|(?:[0-3]\d[01]\d|[01]\d[0-3]\d)(?:19|20)?\d\d"
)
_WORD = r"(?:^|(?<![\w-]))"
CUED = rules(
    ("SECRET", rf"{_WORD}(?i:{CODE})\b[^\d\n!?;<>]{{0,16}}?((?:\b[A-Za-z]-?)?\d{{3,8}}#?)(?![\w%£$€:/-]|\.\d| ?(?:times|days|minutes|attempts))"),
    ("ACCOUNT", rf"{_WORD}(?i:{ACCOUNT})\W{{0,3}}(?i:is|was|number|no|to|with|:|\W){{0,4}}\W{{0,2}}(\d\d[- ]\d\d[- ]\d\d)(?![\w-])"),
    ("ACCOUNT", rf"{_WORD}(?i:{ACCOUNT})\b(?i:[ :.,#(]|is|was|number|no\b|for the)*(\d[\d -]{{6,18}}\d)(?![\w-]|\.\d)", digits(8, 17)),
    ("ACCOUNT", r"<ACCOUNT[A-Z_]*>[ ,/]{1,3}(?i:account(?: number| no\.?)?|acc(?:oun)?t)?[ :]{0,2}(\d{6,12})(?![\w-])"),
    ("SSN", rf"{_WORD}(?i:{NATIONAL})\b[^\d\n!?;<>]{{0,24}}?\b((?!xx)[a-z]{{2}} ?\d\d ?\d\d ?\d\d ?[a-d]|(?:[a-z]{{1,3}}\d|\d[\d.-]*[a-z])[a-z\d]{{0,14}})"
     r"(?![\w@])", digits(5, 18)),
    ("SSN", rf"{_WORD}(?i:{NATIONAL})\b[^\d\n!?;<>]{{0,24}}?(?<![A-Za-z\d])((?:[A-Z]{{2}} )?[A-Z]{{0,6}}\d[A-Z\d]*(?:[ .\-/][A-Z\d]*\d[A-Z\d]*|[ .-][A-Z]{{1,2}}\b){{0,8}})"
     r"(?![\w@])", digits(5, 18)),
    ("BIRTHDATE", rf"{_WORD}(?i:{BIRTH})(?!\w)[^\d\n!?;<>]{{0,16}}?((?i:{_DATE}))(?!\w)"),
)  # fmt: skip
CALLED = rules(
    ("PHONE", rf"{_WORD}(?i:{PHONE})(?:[ '’:.,-]|(?i:s|is|on|at|me|under|number|no|nr|the|is on|it)\b){{0,8}}"
     r"(\(?\d[\d ().-]{5,18}\d)(?![\w-])", phone),
    unless=OTHER,
)  # fmt: skip
STATED = rules(
    ("SECRET", r"\b(?:password|passwort|kennwort|mot de passe|contraseña|wachtwoord|passcode|pass ?phrase|pwd?|secret|"
     r"(?:api|access|wi-?fi|staff|guest|licen[cs]e|network)[ _-](?:[\w-]+ )?(?:key|token)|pin(?: code)?)(?:\s*[:=]\s*|(?:['’]s)?\s+(?:(?:on|of|for|to) [a-z ]{2,20} )?"
     r"(?:(?:is|was|lautet|ist|est|es)\s+)?(?!@|&\w+;)(?=[^\s<>]*[\d#$%&*_@]))[\"'“‘]?([^\s<>\"'”’]{3,79}[^\s<>\"'”’,;.!?)])"),
    ("SECRET", r"\b(?:password|passcode|pass ?phrase|pwd?|answer)(?:['’]s| is| was|,)? [\"“]([^\"”\n<>]{3,60})[\"”]"),
    ("SECRET", r"\b(?:password|passwort|kennwort|mot de passe|contraseña|wachtwoord|pass ?phrase|pwd?|(?:wi-?fi|network) key|"
     r"(?:memorable|secret|security) (?:word|answer|phrase))(?:\s?[:=]\s*|(?<=word|swer|rase) (?:is|was) (?=[\"“‘]))[\"“‘]?"
     r"(?!(?:not|re-?set|in(?:correct|valid)|wrong|expired|change|forgot\w*|required|help|problem|issue|error|does|won|can|i|the|it)\b)"
     r"([^\s<>\"”’]{3,79}[^\s<>\"'”’,;.!?)])"),
    flags=re.IGNORECASE,
)  # fmt: skip
