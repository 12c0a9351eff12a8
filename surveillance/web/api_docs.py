"""The description of the REST interface as a page, from files of our own and without inline
scripts."""

from drf_spectacular.views import SpectacularSwaggerSplitView

from surveillance.web.access import signed_in

api_docs = signed_in(SpectacularSwaggerSplitView.as_view(url_name="api_schema"))
