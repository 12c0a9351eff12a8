"""HTML becomes a tagged PDF/UA-1 file. The same page gives the same bytes.

WeasyPrint is loaded by the first page, not by the application: it takes seconds, and it needs
Pango, which a machine that prints nothing may lack.
"""

import importlib
from functools import cache
from typing import Any, Final

from django.utils.translation import gettext_noop

VARIANT = "pdf/ua-1"
NO_PANGO: Final = gettext_noop(
    "The typesetting library Pango is missing on this machine. Install it (on Debian and Ubuntu: "
    "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core) and "
    "try again. Everything else works without it."
)


class CannotBePrinted(Exception):
    """No PDF was made; the message says why, and how to mend it."""


def set_page(html: str) -> bytes:
    """The page as a PDF. Raises CannotBePrinted where Pango is missing."""
    document = weasyprint().HTML(string=html).render(pdf_variant=VARIANT)
    pdf: bytes = document.write_pdf(pdf_variant=VARIANT)
    return pdf


@cache
def weasyprint() -> Any:
    """The one place where a module is loaded late (see above)."""
    try:
        return importlib.import_module("weasyprint")
    except OSError as error:
        raise CannotBePrinted(NO_PANGO) from error
