"""The description of the REST interface as a page, from files of our own and without inline
scripts or styles."""

from csp.constants import SELF
from csp.decorators import csp_update
from drf_spectacular.views import SpectacularSwaggerSplitView

from surveillance.web.access import signed_in

# Its style sheet brings its small pictures along; nothing that runs.
_pictures_of_its_own = csp_update({"img-src": [SELF, "data:"]})
api_docs = _pictures_of_its_own(
    signed_in(
        SpectacularSwaggerSplitView.as_view(
            url_name="api_schema", template_name="surveillance/api_docs.html"
        )
    )
)
