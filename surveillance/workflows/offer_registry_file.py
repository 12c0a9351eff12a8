"""A registry file is offered for import: kept in a private folder, nothing of it recorded yet."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from patients.models import Site
from surveillance.models import RegistryImport, RegistryImportStatus

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@transaction.atomic
def offer_registry_file(
    *,
    file_name: str,
    stored_path: str,
    file_size: int,
    site: Site | None,
    date_format: str,
    by: "User",
    now: datetime,
) -> RegistryImport:
    """Note the file, to be previewed; `site` if it was chosen for the whole file."""
    return RegistryImport.objects.create(
        site=site,
        file_name=file_name[:255],
        file_size=file_size,
        stored_path=stored_path,
        date_format=date_format,
        status=RegistryImportStatus.OFFERED,
        uploaded_at=now,
        uploaded_by=by,
    )
