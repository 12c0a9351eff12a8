"""The addresses of the pages. Ids are UUIDs: no name or number of a person is in an address."""

from django.urls import path
from django.views.generic import RedirectView

from surveillance.web.absences_page import absences, end, hand_over_list
from surveillance.web.api_docs import api_docs
from surveillance.web.audit_chain_page import audit_chain
from surveillance.web.audit_page import access_review, audit_patient, audit_search
from surveillance.web.bulk_page import bulk
from surveillance.web.call_sheet_page import call_sheet_page
from surveillance.web.captured_report_page import (
    captured_report,
    captured_report_clarify,
    captured_report_exclude,
)
from surveillance.web.captured_reports_page import captured_reports
from surveillance.web.certificate_page import certificate_page
from surveillance.web.components_page import components_page
from surveillance.web.consent_action import consent_action
from surveillance.web.contact_action import contact_action
from surveillance.web.contact_details import contact_details
from surveillance.web.contact_page import contact_page
from surveillance.web.contact_undo import take_back
from surveillance.web.dashboard_list import dashboard_list, dashboard_list_file
from surveillance.web.dashboard_page import dashboard, dashboard_file
from surveillance.web.decision_page import decision_page
from surveillance.web.escalation_answers import elsewhere, not_indicated, ordered, plan_changed
from surveillance.web.escalation_page import escalation_page
from surveillance.web.failsafe_page import failsafe_page
from surveillance.web.follow_up_actions import book, change_owner, close, did_not_attend, snooze
from surveillance.web.freshness import queue_changed
from surveillance.web.history_page import lesion_export, lesion_history, lesion_summary
from surveillance.web.hooks import mail_hook, sms_hook, sms_status_hook
from surveillance.web.inbox import inbox, inbox_messages
from surveillance.web.intake_aside import intake_aside
from surveillance.web.intake_feed_new import intake_feed_new
from surveillance.web.intake_feed_page import intake_feed
from surveillance.web.intake_inbox import intake_inbox, intake_item
from surveillance.web.lesion_actions import reopen, retract_an_event, retract_an_exam
from surveillance.web.letter_actions import (
    appointment_file,
    came_back,
    certify,
    change_address,
    send_letter,
)
from surveillance.web.letter_batch import (
    letter_batch,
    letter_check,
    letter_compare,
    letter_discard,
    letter_manifest,
    letter_pdf,
)
from surveillance.web.letters import letters
from surveillance.web.mailbox import mailbox
from surveillance.web.match_page import (
    exam_match,
    exam_match_audit,
    exam_match_reject,
    exam_match_undo,
)
from surveillance.web.matches_page import exam_matches
from surveillance.web.measures_page import measures_file, measures_page
from surveillance.web.message_texts import (
    message_text,
    message_text_check,
    message_text_withdraw,
    message_texts,
)
from surveillance.web.message_version import message_version, message_version_use
from surveillance.web.my_day import my_day
from surveillance.web.not_mine import escalation_not_mine, follow_up_not_mine
from surveillance.web.note_action import note_action
from surveillance.web.order_actions import order, withdraw_order
from surveillance.web.outbox_page import outbox
from surveillance.web.outside_care_page import outside_care_page, record_care_elsewhere
from surveillance.web.outside_exam_page import exam_document, outside_exam
from surveillance.web.override_page import override
from surveillance.web.panel_page import panel
from surveillance.web.patient_export_page import patient_export
from surveillance.web.patient_page import patient_page
from surveillance.web.people_page import invite, people
from surveillance.web.person_page import (
    end_role,
    grant_role,
    lift_lock,
    person,
    reset_factor,
    send_link,
    switch_off,
    switch_on,
)
from surveillance.web.queue import queue
from surveillance.web.queue_filters_page import queue_filter_change, queue_filters
from surveillance.web.referral_answer import answer_referral
from surveillance.web.registry_import import (
    registry_import,
    registry_import_file,
    registry_import_problems,
    registry_template,
)
from surveillance.web.roles_page import roles_page
from surveillance.web.sample_page import sample_result_page, sample_results
from surveillance.web.session_page import session_state
from surveillance.web.status_action import status_action
from surveillance.web.systems_page import renew_system, systems
from surveillance.web.tokens_page import my_tokens, revoke_token
from surveillance.web.tour_page import tour_page
from surveillance.web.unknown_senders import (
    stray_aside_undo,
    unknown_sender_aside,
    unknown_senders,
)
from surveillance.web.unsubscribe_page import unsubscribe
from surveillance.web.webhooks_page import webhook, webhook_act, webhooks

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="queue"), name="home"),
    path("queue/", queue, name="queue"),
    path("queue/filters/", queue_filters, name="queue_filters"),
    path("queue/filters/<uuid:pk>/", queue_filter_change, name="queue_filter_change"),
    path("queue/day/", my_day, name="my_day"),
    path("queue/bulk/", bulk, name="queue_bulk"),
    path("queue/changed/", queue_changed, name="queue_changed"),
    path("patients/<uuid:pk>/", patient_page, name="patient"),
    path("patients/<uuid:pk>/record.<str:form>", patient_export, name="patient_export"),
    path("patients/<uuid:pk>/contact/", contact_action, name="contact_log"),
    path("patients/<uuid:pk>/call-sheet/", call_sheet_page, name="call_sheet"),
    path("contacts/<uuid:pk>/take-back/", take_back, name="contact_undo"),
    path("patients/<uuid:pk>/contact-details/", contact_details, name="contact_details"),
    path("patients/<uuid:pk>/consent/", consent_action, name="patient_consent"),
    path("patients/<uuid:pk>/status/", status_action, name="patient_status"),
    path("patients/<uuid:pk>/address/", change_address, name="patient_address"),
    path("patients/<uuid:pk>/note/", note_action, name="patient_note"),
    path("patients/<uuid:pk>/outside-exam/", outside_exam, name="outside_exam"),
    path("patients/<uuid:pk>/letter/", send_letter, name="patient_letter"),
    path("follow-ups/<uuid:pk>/appointment.ics", appointment_file, name="appointment_file"),
    path("follow-ups/<uuid:pk>/panel/", panel, name="follow_up_panel"),
    path("follow-ups/<uuid:pk>/book/", book, name="follow_up_book"),
    path("follow-ups/<uuid:pk>/order/", order, name="follow_up_order"),
    path("follow-ups/<uuid:pk>/order/cancel/", withdraw_order, name="follow_up_order_cancel"),
    path("follow-ups/<uuid:pk>/missed/", did_not_attend, name="follow_up_missed"),
    path("follow-ups/<uuid:pk>/elsewhere/", record_care_elsewhere, name="follow_up_elsewhere"),
    path("follow-ups/<uuid:pk>/snooze/", snooze, name="follow_up_snooze"),
    path("follow-ups/<uuid:pk>/answer/", answer_referral, name="follow_up_answer"),
    path("follow-ups/<uuid:pk>/close/", close, name="follow_up_close"),
    path("follow-ups/<uuid:pk>/owner/", change_owner, name="follow_up_owner"),
    path("follow-ups/<uuid:pk>/not-mine/", follow_up_not_mine, name="follow_up_not_mine"),
    path("lesions/<uuid:pk>/", lesion_history, name="lesion_history"),
    path("lesions/<uuid:pk>/summary.pdf", lesion_summary, name="lesion_summary"),
    path("lesions/<uuid:pk>/history.json", lesion_export, name="lesion_export"),
    path("lesions/<uuid:pk>/decisions/<int:sequence>/", decision_page, name="decision"),
    path("lesions/<uuid:pk>/override/", override, name="lesion_override"),
    path("lesions/<uuid:pk>/reopen/", reopen, name="lesion_reopen"),
    path("exams/<uuid:pk>/retract/", retract_an_exam, name="exam_retract"),
    path("exams/to-confirm/", exam_matches, name="exam_matches"),
    path("exam-matches/<uuid:pk>/", exam_match, name="exam_match"),
    path("exam-matches/<uuid:pk>/reject/", exam_match_reject, name="exam_match_reject"),
    path("exam-matches/<uuid:pk>/undo/", exam_match_undo, name="exam_match_undo"),
    path("exam-matches/<uuid:pk>/audit/", exam_match_audit, name="exam_match_audit"),
    path("exam-documents/<uuid:pk>/", exam_document, name="exam_document"),
    path("lesion-events/<uuid:pk>/retract/", retract_an_event, name="event_retract"),
    path("escalations/<uuid:pk>/", escalation_page, name="escalation"),
    path("letters/", letters, name="letters"),
    path("letters/<uuid:pk>/", letter_batch, name="letter_batch"),
    path("letters/<uuid:pk>/check/", letter_check, name="letter_check"),
    path("letters/<uuid:pk>/compare/", letter_compare, name="letter_compare"),
    path("letters/<uuid:pk>/discard/", letter_discard, name="letter_discard"),
    path("letters/<uuid:pk>/letters.pdf", letter_pdf, name="letter_pdf"),
    path("letters/<uuid:pk>/manifest.csv", letter_manifest, name="letter_manifest"),
    path("sheets/<uuid:pk>/certified/", certify, name="letter_certified"),
    path("sheets/<uuid:pk>/returned/", came_back, name="letter_returned"),
    path("escalations/<uuid:pk>/ordered/", ordered, name="escalation_ordered"),
    path("escalations/<uuid:pk>/plan/", plan_changed, name="escalation_plan"),
    path("escalations/<uuid:pk>/not-indicated/", not_indicated, name="escalation_not_indicated"),
    path("escalations/<uuid:pk>/elsewhere/", elsewhere, name="escalation_elsewhere"),
    path("outside-care/<uuid:pk>/", outside_care_page, name="outside_care"),
    path("escalations/<uuid:pk>/not-mine/", escalation_not_mine, name="escalation_not_mine"),
    path("absences/", absences, name="absences"),
    path("absences/<uuid:pk>/", hand_over_list, name="absence"),
    path("absences/<uuid:pk>/end/", end, name="absence_end"),
    path("inbox/", inbox, name="inbox"),
    path("inbox/messages/", inbox_messages, name="inbox_messages"),
    path("outbox/", outbox, name="outbox"),
    path("contact/<slug:slug>/", contact_page, name="contact_page"),
    path("unsubscribe/<str:token>/", unsubscribe, name="unsubscribe"),
    path("hooks/sms/", sms_hook, name="sms_hook"),
    path("hooks/sms/status/", sms_status_hook, name="sms_status_hook"),
    path("hooks/mail/", mail_hook, name="mail_hook"),
    path("intake/", intake_inbox, name="intake_inbox"),
    path("intake/aside/", intake_aside, name="intake_aside"),
    path("intake/<uuid:pk>/", intake_item, name="intake_item"),
    path("intake/senders/", unknown_senders, name="unknown_senders"),
    path("intake/senders/<uuid:pk>/aside/", unknown_sender_aside, name="unknown_sender_aside"),
    path("intake/senders/asides/<uuid:pk>/undo/", stray_aside_undo, name="stray_aside_undo"),
    path("intake/feeds/new/", intake_feed_new, name="intake_feed_new"),
    path("intake/feeds/<uuid:pk>/", intake_feed, name="intake_feed"),
    path("sample/", sample_results, name="sample_results"),
    path("sample/<uuid:pk>/", sample_result_page, name="sample_result"),
    path("registry/", registry_import, name="registry_import"),
    path("registry/template.csv", registry_template, name="registry_template"),
    path("registry/<uuid:pk>/", registry_import_file, name="registry_import_file"),
    path(
        "registry/<uuid:pk>/errors.csv", registry_import_problems, name="registry_import_problems"
    ),
    path("templates/", message_texts, name="message_texts"),
    path("templates/versions/<uuid:pk>/", message_version, name="message_version"),
    path("templates/versions/<uuid:pk>/use/", message_version_use, name="message_version_use"),
    path("templates/<slug:slug>/<str:name>/", message_text, name="message_text"),
    path("templates/<slug:slug>/<str:name>/check/", message_text_check, name="message_text_check"),
    path(
        "templates/<slug:slug>/<str:name>/withdraw/",
        message_text_withdraw,
        name="message_text_withdraw",
    ),
    path("reports/", captured_reports, name="captured_reports"),
    path("reports/<uuid:pk>/", captured_report, name="captured_report"),
    path("reports/<uuid:pk>/exclude/", captured_report_exclude, name="captured_report_exclude"),
    path("reports/<uuid:pk>/clarify/", captured_report_clarify, name="captured_report_clarify"),
    path("audit/", audit_search, name="audit"),
    path("audit/access/", access_review, name="access_review"),
    path("audit/patient/", audit_patient, name="audit_patient"),
    path("audit/chain/", audit_chain, name="audit_chain"),
    path("certificate/", certificate_page, name="certificate"),
    path("failsafe/", failsafe_page, name="failsafe"),
    path("dashboard/", dashboard, name="dashboard"),
    path("dashboard/numbers.<slug:form>", dashboard_file, name="dashboard_file"),
    path("dashboard/<slug:key>/", dashboard_list, name="dashboard_list"),
    path("dashboard/<slug:key>/list.<slug:form>", dashboard_list_file, name="dashboard_list_file"),
    path("measures/", measures_page, name="measures"),
    path("measures.csv", measures_file, name="measures_file"),
    path("people/", people, name="people"),
    path("people/new/", invite, name="person_new"),
    path("people/<int:pk>/", person, name="person"),
    path("people/<int:pk>/role/", grant_role, name="person_role"),
    path("people/<int:pk>/link/", send_link, name="person_link"),
    path("people/<int:pk>/second-factor/", reset_factor, name="person_reset_factor"),
    path("people/<int:pk>/lock/", lift_lock, name="person_lift_lock"),
    path("people/<int:pk>/off/", switch_off, name="person_off"),
    path("people/<int:pk>/on/", switch_on, name="person_on"),
    path("people/roles/<int:pk>/end/", end_role, name="role_end"),
    path("roles/", roles_page, name="roles"),
    path("tour/", tour_page, name="tour"),
    path("api/docs/", api_docs, name="api_docs"),
    path("tokens/", my_tokens, name="tokens"),
    path("tokens/<uuid:pk>/revoke/", revoke_token, name="token_revoke"),
    path("systems/", systems, name="systems"),
    path("systems/<int:pk>/renew/", renew_system, name="system_renew"),
    path("session/", session_state, name="session_state"),
    path("components/", components_page, name="components"),
    path("mailbox/", mailbox, name="mailbox"),
    path("webhooks/", webhooks, name="webhooks"),
    path("webhooks/<uuid:pk>/", webhook, name="webhook"),
    path("webhooks/<uuid:pk>/act/", webhook_act, name="webhook_act"),
]
