"""Checks that a number which looks personal must pass: check digits, number plans, ranges."""

import re
from collections.abc import Callable
from ipaddress import AddressValueError, IPv6Address


def always(_text: str) -> bool:
    return True


def digits(least: int, most: int) -> Callable[[str], bool]:
    """Whether a text holds so many digits."""
    return lambda text: least <= sum(c.isdigit() for c in text) <= most


def luhn(text: str) -> bool:
    """ISO/IEC 7812-1 annex B: from the right, every second digit doubled; the digit sum divides by 10."""
    numbers = [int(c) for c in text if c.isdigit()]
    doubled = [d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(reversed(numbers))]
    return 13 <= len(numbers) <= 19 and len(set(numbers)) > 1 and sum(doubled) % 10 == 0


def iban(text: str) -> bool:
    """ISO 13616: the country and check digits moved to the end, letters as 10..35, is 1 modulo 97."""
    packed = re.sub(r"\s", "", text).upper()
    return 15 <= len(packed) <= 34 and int("".join(str(int(c, 36)) for c in packed[4:] + packed[:4])) % 97 == 1


def phone(text: str) -> bool:
    """7 to 15 digits (ITU-T E.164) that are no date."""
    return digits(7, 15)(text) and not re.fullmatch(
        r"\d{4}[-./ ]\d{2}[-./ ]\d{2}|\d{2}[-./ ]\d{2}[-./ ]\d{4}", text.strip()
    )


def subscriber(text: str) -> bool:
    """A number without separators, by the number plans of some countries: it might be an order's as well."""
    import phonenumbers

    return any(
        phonenumbers.is_valid_number(phonenumbers.parse(text, country))
        for country in ("GB", "IE", "DE", "FR", "IT", "NL", "AU")
    )


def ip(text: str) -> bool:
    return all(int(part) <= 255 for part in text.split("."))


def ipv6(text: str) -> bool:
    try:
        return len(text) > 2 and bool(IPv6Address(text))
    except AddressValueError:
        return False
