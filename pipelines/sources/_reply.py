"""What a mail's writer wrote this time: without quoted history, what was forwarded, and signatures, in ten languages.

Libraries that do this (mail-parser-reply, quotequail, email-reply-parser) leave more of others' words and signatures:
`benchmarks/results/replies.md`.

Every pattern begins at a line and is bounded, so that its time grows with the length of the mail alone.
"""

import re

from pipelines.sources._values import clean

WROTE = (
    "(?:On|Am|Le|El|Il|Op|Em|Den|W dniu)",
    r"(?:wrote|schrieb[^\n:]{0,80}|a écrit|escribió|ha scritto|schreef[^\n:]{0,80}|escreveu|skrev[^\n:]{0,80}"
    r"|pisze|napisał(?:\(a\))?)",
)
FROM = "(?:From|Von|De|Da|Van|Från|Fra|Od)"
SENT = (
    "(?:Sent|Date|To|Gesendet|Datum|An|Envoyé|Date|À|Enviado|Fecha|Para|Inviato|Data|A|Verzonden|Aan|Skickat|Till"
    "|Sendt|Til|Wysłano|Do)"
)
QUOTED = re.compile(
    # "On … wrote:", also where the line is broken once, or the name follows the verb
    rf"^[ \t]*(?:{WROTE[0]}\b[^\n]{{5,200}}(?:\n[^\n]{{0,120}})?\b{WROTE[1]}[ \t]?:[ \t]*$"
    # Polish Gmail begins with the day
    r"|(?:pon|wt|śr|czw|pt|sob|niedz)\.,? \d[^\n]{5,200}(?:\n[^\n]{0,120})?\bnapisał(?:\(a\))?[ \t]?:[ \t]*$"
    r"|-{2,} ?(?:Original|Forwarded) Message ?-{2,}"
    r"|-{2,} ?(?:Ursprüngliche Nachricht|Weitergeleitete Nachricht|Message d'origine|Message transféré"
    r"|Mensaje original|Messaggio originale|Oorspronkelijk bericht) ?-{2,}"
    # Apple Mail
    r"|(?:Begin forwarded message|Anfang der weitergeleiteten Nachricht|Début du message (?:réexpédié|transféré)"
    r"|Inicio del mensaje reenviado|Inizio messaggio inoltrato|Begin doorgestuurd bericht)[ \t]?:[ \t]*$"
    r"|_{10,}\s*$|##-.*-##"
    rf"|\*?{FROM}[ \t]?:\*?[ \t][^\n]{{1,200}}\n(?:[^\n]{{0,200}}\n)?\*?{SENT}[ \t]?:)",
    re.MULTILINE | re.IGNORECASE,
)
FORWARD = re.compile(r"(?:fwd?|wg|tr|rv|vb|vs|enc|pd)[ \t]?:[^\n]*", re.IGNORECASE)
"""All that is left of a mail that passes another on: its subject."""
HEAD = re.compile(
    r"(?:(?:-{2,}[^\n]*-{2,}|_{10,}|[^\s:][^\n:]{0,60}:)?[ \t]*\n){0,4}"
    r"(?:\*?[^\W\d_][\w-]{0,14}[ \t]?:\*?[ \t][^\n]*\n(?:[ \t]+[^\s][^\n]*\n)*)+"
)
"""What stands above a mail that is passed on: a line that says so, and the lines From:, Date:, Subject:, …"""
DEEP = 3
"""So many mails, each within the other, are passed on at most."""
SIGNATURE = re.compile(
    r"^(?:-- ?$|Sent from (?:my |Yahoo|Mail|Outlook)|Sent with \[?Proton|Get Outlook for |Gesendet von meinem "
    r"|Von meinem \w+ gesendet|Envoyé de mon |Enviado desde mi |Inviato da(?:l mio)? |Verzonden vanaf mijn "
    r"|This (?:e-?mail|message)\b[^\n]{0,60}\b(?:is|are|may be|contains?)\b[^\n]{0,40}\bconfidential"
    r"|Diese E-Mail (?:enthält|ist)\b[^\n]{0,40}\bvertraulich)",
    re.MULTILINE | re.IGNORECASE,
)
SIGN_OFF = re.compile(
    r"(?:best(?=,)|(?:best|kind|kindest|warm|many|with best|with kind) (?:regards|wishes)|regards|sincerely(?: yours)?"
    r"|yours (?:sincerely|faithfully|truly)|mit freundlichen grüßen|(?:viele|liebe|beste|freundliche) grüße|mfg"
    r"|(?:bien )?cordialement|cordiales saludos|un saludo|saludos(?: cordiales)?|atentamente|cordiali saluti"
    r"|distinti saluti|met vriendelijke groet(?:en)?|med vänliga hälsningar|med venlig hilsen|atenciosamente"
    r"|z poważaniem|pozdrawiam)[ \t]*[,.!]?[ \t]*$",
    re.IGNORECASE,
)
SIGNATURE_LINES, SIGNATURE_WIDTH = 10, 60


def new_text(body: str, *, deep: int = DEEP) -> str:
    """What the writer wrote this time: quoted history and signature cut. Of a mail that passes another on without a
    word of its own the other's; a body of nothing but quoted history stays whole."""
    text = clean(body).replace("\r\n", "\n")
    found = QUOTED.search(text)
    before, after = (text[: found.start()], text[found.end() :]) if found else (text, "")
    if not before.strip() and after.lstrip().startswith(">"):  # answers stand between what they answer
        before = after
    own = _own(before)
    if own and not FORWARD.fullmatch(own):
        return own
    passed = _passed_on(text[found.start() :] if found else text.lstrip().removeprefix(own), subject=own)
    return (new_text(passed, deep=deep - 1) if passed and deep else "") or own or text.strip()


def _passed_on(text: str, *, subject: str) -> str:
    """Another mail that is passed on, without its head; "" where it is only quoted."""
    bare = re.sub(r"^(?:> ?)+", "", text, flags=re.MULTILINE).lstrip()
    if QUOTED.match(bare):
        above = HEAD.match(bare)
        return bare[above.end() :] if above else ""
    return bare if subject else ""


def _own(text: str) -> str:
    """Of a text whose further history is cut: without quoted lines and signature."""
    if found := SIGNATURE.search(text):
        text = text[: found.start()]
    text = "\n".join(line for line in text.split("\n") if not line.startswith(">"))
    return re.sub(r" *\n[ \n]*\n", "\n\n", _without_sign_off(text)).strip()


def _without_sign_off(text: str) -> str:
    """Cut only where a few short lines follow to the end, as a name and an address do: nothing said is lost."""
    lines = text.rstrip().split("\n")
    short = 0
    for at in range(len(lines) - 1, -1, -1):
        if SIGN_OFF.match(lines[at]):
            return "\n".join(lines[:at])
        short += bool(lines[at].strip())
        if short > SIGNATURE_LINES or len(lines[at]) > SIGNATURE_WIDTH:
            break
    return text
