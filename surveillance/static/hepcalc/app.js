// Small comforts. Every page works without this file.
(function () {
  "use strict";

  // The summary of what must be mended takes the focus, so that it is read first.
  function focusErrors() {
    var summary = document.querySelector("[data-focus-first]");
    if (summary) { summary.focus(); }
  }

  // A link that swapped a part of the page is gone; give the focus to its new copy.
  function keepFocus(event) {
    var wanted = event.detail && event.detail.target && event.detail.target.dataset.focusAfterSwap;
    if (!wanted || document.activeElement !== document.body) { return; }
    var next = document.querySelector(wanted);
    if (next) { next.focus({ preventScroll: true }); }
  }

  function closeMenus(except) {
    document.querySelectorAll("details.hc-menu[open]").forEach(function (menu) {
      if (menu !== except) { menu.open = false; }
    });
  }

  // A second click on the same form within two seconds is a slip.
  function onlyOnce(event) {
    var form = event.target;
    if (!form.matches("[data-once]")) { return; }
    var now = Date.now();
    if (form.dataset.sentAt && now - Number(form.dataset.sentAt) < 2000) { event.preventDefault(); }
    form.dataset.sentAt = String(now);
  }

  // A call logged at once takes along what was typed below it.
  function takeNoteAlong(event) {
    var note = document.getElementById("id_note"), form = event.target;
    if (!form.matches(".hc-quick") || !note || !note.value) { return; }
    var copy = form.querySelector("input[name='note']") || document.createElement("input");
    copy.type = "hidden";
    copy.name = "note";
    copy.value = note.value;
    form.append(copy);
  }

  document.addEventListener("DOMContentLoaded", focusErrors);
  document.addEventListener("submit", takeNoteAlong, true);
  document.addEventListener("submit", onlyOnce);
  document.addEventListener("htmx:afterSettle", keepFocus);
  document.addEventListener("click", function (event) {
    closeMenus(event.target.closest("details.hc-menu"));
  });
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    var open = document.querySelector("details.hc-menu[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });
})();
