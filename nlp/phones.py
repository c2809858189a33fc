"""Phone numbers in one form, the international one, by the number plans of libphonenumber.

https://github.com/daviddrysdale/python-phonenumbers; imported where a number is read, since that takes a while.
"""

import re
from functools import lru_cache


def known(country: str) -> bool:
    """Whether a number plan is known for two letters of ISO 3166."""
    from phonenumbers import SUPPORTED_REGIONS

    return country in SUPPORTED_REGIONS


@lru_cache(maxsize=1 << 14)
def forms(text: str, country: str) -> tuple[str, ...]:
    """The international form ("+33123456789") of a number as people of `country` write it, then what else it is written
    as: the same without repetition. A number that no plan knows is as it is written."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return (text,)
    if not phonenumbers.is_valid_number(number):
        return (text,)
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return tuple(dict.fromkeys((written, re.sub(r"\D", "", national), text)))
