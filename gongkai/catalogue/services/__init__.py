"""Every write of this room, one function per thing a person does."""

from gongkai.catalogue.services.publications import record_publication, withdraw_publication

__all__ = ["record_publication", "withdraw_publication"]
