// Shows what concerns passkeys where the browser knows them, and says so when one was not taken.
// The ceremony itself is allauth's (mfa/js/webauthn.js), served from our own static files.
(function () {
  "use strict";

  function each(selector, act) { document.querySelectorAll(selector).forEach(act); }

  document.addEventListener("DOMContentLoaded", function () {
    if (!window.PublicKeyCredential) { return; }
    each("[data-passkey]", function (button) { button.hidden = false; });
    each("[data-passkey-none]", function (words) { words.hidden = true; });
  });

  document.addEventListener("allauth.error", function (event) {
    event.preventDefault();
    each("[data-passkey-failed]", function (place) {
      place.textContent = place.dataset.passkeyFailed;
    });
  });
})();
