"""Our own Django templates said in Jinja2, so that the same page can be drawn by both engines.

Only what the templates of the queue use is known; anything else ends with its name, so that a
comparison never leaves something out in silence.
"""

import re
import sys
from typing import Any

from django.template.loader import get_template
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext
from jinja2 import Environment

COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
LOAD = re.compile(r"\{% load [^%]*%\}")
URL = re.compile(r"""\{% url ['"](\w+)['"] %\}""")
INCLUDE = re.compile(r"""\{% include "([^"]+)"(?: with (.*?))?(?: only)? %\}""")
PAIR = re.compile(r"""(\w+)=("[^"]*"|\S+)""")
IN_CONTEXT = re.compile(r"""\{% translate ("[^"]*") context ("[^"]*") %\}""")
TRANSLATE = re.compile(r"""\{% translate ("[^"]*"|'[^']*') %\}""")
BLOCK = re.compile(r"\{% blocktranslate( trimmed)?(?: with)?(?: count)?(.*?) %\}", re.DOTALL)
TAG = re.compile(r"\{%-?\s*(\w+)")
KNOWN = {
    "if", "elif", "else", "endif", "for", "endfor", "with", "endwith", "trans", "pluralize",
    "endtrans",
}  # fmt: skip


def engine() -> Any:
    """Jinja2 as it is set up for a page about patients: everything is escaped."""
    drawn = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    said: Any = drawn  # the extension adds the method
    said.install_gettext_callables(gettext, ngettext, newstyle=True, pgettext=pgettext)
    return drawn


def said_in_jinja(name: str) -> str:
    """The source of a template with everything that it includes, in the other language."""
    ours: Any = get_template(name)
    text = LOAD.sub("", COMMENT.sub("", ours.template.source))
    text = URL.sub(lambda found: reverse(found[1]), text)
    text = IN_CONTEXT.sub(r"{{ pgettext(\2, \1) }}", text)
    text = TRANSLATE.sub(r"{{ gettext(\1) }}", text)
    text = BLOCK.sub(_trans, text)
    text = text.replace("{% plural %}", "{% pluralize %}")
    text = text.replace("{% endblocktranslate %}", "{% endtrans %}")
    text = INCLUDE.sub(_included, text)
    unknown = set(TAG.findall(text)) - KNOWN
    if unknown:
        sys.exit(f"{name} uses what bench/in_jinja.py does not know: {', '.join(sorted(unknown))}.")
    return text


def _included(found: re.Match[str]) -> str:
    given = ", ".join(f"{key}={value}" for key, value in PAIR.findall(found[2] or ""))
    return f"{{% with {given} %}}{said_in_jinja(found[1])}{{% endwith %}}"


def _trans(found: re.Match[str]) -> str:
    pairs = re.sub(r"\s+(and|with)\s+", " ", found[2])
    given = ", ".join(f"{key}={value}" for key, value in PAIR.findall(pairs))
    return f"{{% trans {'trimmed ' if found[1] else ''}{given} %}}"
