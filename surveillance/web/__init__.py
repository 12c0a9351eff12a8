"""The pages: function views, plain forms, presenters and htmx partials. A door."""
