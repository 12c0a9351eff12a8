"""A worker whose time is up hands a registry file back, to be gone on with at once."""

from uuid import UUID

from django.db import transaction

from surveillance.models import RegistryImport


@transaction.atomic
def release_registry_import(*, import_id: UUID, owner: str) -> None:
    """End the lease, if it is still this worker's."""
    mine = RegistryImport.objects.filter(pk=import_id, lease_owner=owner)
    mine.update(lease_owner="", lease_until=None)
