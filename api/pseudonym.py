"""A customer as people name them: by pseudonym, or by what the pseudonym is made of."""

from pipelines.settings import Settings


def pseudonym(settings: Settings, customer: str) -> str:
    """`customer` is a pseudonym, or kind:value such as email:jo@example.com. Raises BadInput."""
    return pseudonyms(settings, customer)[0]


def pseudonyms(settings: Settings, customer: str) -> list[str]:
    """As `pseudonym`, then those under which a phone number may lie in the store from before a country was told."""
    from pipelines.consent import told
    from pipelines.protect import protector

    if customer.startswith("c") and len(customer) == 21:
        return [customer]
    return protector(settings).pseudonyms(told(customer))
