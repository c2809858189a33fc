"""A mail with what is attached to it, by the SMTP server of the settings."""

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr

from nlp.errors import BadSetting
from pipelines.settings import Settings

TIMEOUT = 30.0
TYPES = {".pdf": ("application", "pdf"), ".html": ("text", "html")}


def message(
    settings: Settings, to: Sequence[str], subject: str, text: str, attached: Mapping[str, bytes]
) -> EmailMessage:
    """`attached`: file name -> bytes. Raises BadSetting where an address is none, or no sender is set."""
    if not settings.mail_from:
        raise BadSetting("mail needs a sender: set FRICTIONARY_MAIL_FROM")
    for address in (settings.mail_from, *to):
        if "@" not in parseaddr(address)[1] or any(c in address for c in "\r\n"):
            raise BadSetting(f"{address!r}: an address such as ada@example.com expected")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = settings.mail_from, ", ".join(to), subject
    mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain="frictionary.invalid")
    mail.set_content(text)
    for name, data in attached.items():
        kind, sub = TYPES.get(name[name.rfind(".") :], ("application", "octet-stream"))
        mail.add_attachment(data, maintype=kind, subtype=sub, filename=name)
    return mail


def send(settings: Settings, mail: EmailMessage) -> None:
    """By TLS from the start at port 465; else by STARTTLS, which a server that is not this machine must offer. Raises
    BadSetting."""
    host, _, port = settings.mail_server.rpartition(":")
    if not host or not port.isdecimal():
        raise BadSetting(
            f"FRICTIONARY_MAIL_SERVER={settings.mail_server!r}: host:port expected, as smtp.example.com:587"
        )
    safe, here = ssl.create_default_context(), host in ("localhost", "127.0.0.1", "::1")
    try:
        whole = int(port) == 465
        server = smtplib.SMTP_SSL(host, int(port), timeout=TIMEOUT, context=safe) if whole else None
        with server or smtplib.SMTP(host, int(port), timeout=TIMEOUT) as line:
            line.ehlo()
            if not whole and (line.has_extn("starttls") or not here):
                line.starttls(context=safe)
            if settings.mail_user:
                line.login(settings.mail_user, settings.mail_password)
            line.send_message(mail)
    except (OSError, smtplib.SMTPException) as error:
        raise BadSetting(f"mail by {host}:{port} failed: {type(error).__name__}: {error}") from error
