import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import patients.models.site
import simple_history.models
import uuid
from django.conf import settings
from django.db import migrations, models

from patients.append_only_triggers import FreezeTables


PREFIXES = {
    "patient_family_prefix_idx": "family_name",
    "patient_given_prefix_idx": "given_name",
    "patient_mrn_prefix_idx": "mrn",
}


def add_prefix_indexes(_apps, schema_editor):
    """What begins with typed letters: PostgreSQL alone needs an index that ignores the collation."""
    if schema_editor.connection.vendor == "postgresql":
        for name, column in PREFIXES.items():
            schema_editor.execute(
                f'CREATE INDEX "{name}" ON "patients_patient" (UPPER("{column}") text_pattern_ops)'
            )


def drop_prefix_indexes(_apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in PREFIXES:
            schema_editor.execute(f'DROP INDEX "{name}"')


class Migration(migrations.Migration):
    """Everything up to 0010 in one step, for new installations; older ones go on where they are."""

    initial = True

    replaces = [
        ("patients", "0001_initial"),
        ("patients", "0002_freeze_rows"),
        ("patients", "0003_site_closures"),
        ("patients", "0004_lead_times"),
        ("patients", "0005_channels"),
        ("patients", "0006_absences"),
        ("patients", "0007_postal_address"),
        ("patients", "0008_daily_questions"),
        ("patients", "0009_history_audit_questions"),
        ("patients", "0010_queue_search"),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('site', models.CharField(max_length=60)),
                ('actor', models.CharField(max_length=60)),
                ('action', models.CharField(max_length=60)),
                ('subject_type', models.CharField(max_length=40)),
                ('subject_id', models.CharField(max_length=60)),
                ('patient_id', models.CharField(blank=True, max_length=60)),
                ('detail', models.JSONField(default=dict)),
            ],
            options={
                'indexes': [models.Index(fields=['patient_id', 'at'], name='audit_event_patient_idx'), models.Index(fields=['subject_type', 'subject_id'], name='audit_event_subject_idx'), models.Index(fields=['site', 'at'], name='audit_event_site_idx'), models.Index(fields=['site', 'actor', 'at'], name='audit_event_actor_idx'), models.Index(fields=['site', 'action', 'at'], name='audit_event_action_idx')],
            },
        ),
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('site', models.CharField(max_length=60)),
                ('number', models.PositiveBigIntegerField()),
                ('event_id', models.BigIntegerField(unique=True)),
                ('digest', models.CharField(max_length=64)),
                ('sealed_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('site', 'number'), name='audit_seal_number_once_per_site')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalSite',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('slug', models.SlugField()),
                ('name', models.CharField(max_length=200)),
                ('time_zone', models.CharField(default='UTC', max_length=64, validators=[patients.models.site.validate_time_zone])),
                ('holiday_calendar', models.CharField(blank=True, help_text='Country and region, for example GB-ENG or US-CA.', max_length=20, validators=[patients.models.site.validate_holiday_calendar])),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('booking_lead_days', models.SmallIntegerField(blank=True, help_text="Days from booking to a free appointment. Empty: the protocol's own number.", null=True, validators=[patients.models.site.validate_lead_days])),
                ('authorisation_lead_days', models.SmallIntegerField(blank=True, help_text='Days from an order of MRI, CT or PET to its authorisation. Empty: as above.', null=True, validators=[patients.models.site.validate_lead_days], verbose_name='authorisation lead days, MRI and CT')),
                ('plain_authorisation_lead_days', models.SmallIntegerField(blank=True, help_text='Days from an order of ultrasound to its authorisation. Empty: as above.', null=True, validators=[patients.models.site.validate_lead_days], verbose_name='authorisation lead days, ultrasound')),
                ('ladder_days_earlier', models.SmallIntegerField(blank=True, help_text='Days by which every step of the escalation ladder comes earlier here than in the protocol; it can never come later. Empty: as in the protocol.', null=True, validators=[patients.models.site.validate_ladder_days_earlier])),
                ('chase_changed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('channel_order', models.CharField(blank=True, help_text='Channels in the order in which they are tried, for example LETTER, SMS, EMAIL. Empty: the usual order. A call by the navigator is always what remains.', max_length=60, validators=[patients.models.site.validate_channel_order], verbose_name='order of reminders')),
                ('sends_letters', models.BooleanField(db_default=False, default=False, help_text='Somebody here prints and posts letters at least every three days. Then reminders go by letter where the order says so. Otherwise only letters that somebody asks for wait to be printed.', verbose_name='sends letters')),
                ('email_from_hour', models.PositiveSmallIntegerField(blank=True, help_text="A whole hour of this site's clock, 9 to 18.", null=True, validators=[django.core.validators.MinValueValidator(9), django.core.validators.MaxValueValidator(18)], verbose_name='e-mails to patients leave from')),
                ('email_until_hour', models.PositiveSmallIntegerField(blank=True, help_text="A whole hour of this site's clock, 9 to 18.", null=True, validators=[django.core.validators.MinValueValidator(9), django.core.validators.MaxValueValidator(18)], verbose_name='e-mails to patients leave until')),
                ('sms_from_hour', models.PositiveSmallIntegerField(blank=True, help_text="A whole hour of this site's clock, 9 to 18.", null=True, validators=[django.core.validators.MinValueValidator(9), django.core.validators.MaxValueValidator(18)], verbose_name='text messages leave from')),
                ('sms_until_hour', models.PositiveSmallIntegerField(blank=True, help_text="A whole hour of this site's clock, 9 to 18.", null=True, validators=[django.core.validators.MinValueValidator(9), django.core.validators.MaxValueValidator(18)], verbose_name='text messages leave until')),
                ('alerts_per_week', models.PositiveSmallIntegerField(blank=True, help_text="Fewer than the protocol's own number; further ones wait for the daily digest. What is overdue and at risk or urgent is always sent at once.", null=True, verbose_name='e-mails at once, per person and week')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical site',
                'verbose_name_plural': 'historical sites',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True)),
                ('name', models.CharField(max_length=200)),
                ('time_zone', models.CharField(default='UTC', max_length=64, validators=[patients.models.site.validate_time_zone])),
                ('holiday_calendar', models.CharField(blank=True, help_text='Country and region, for example GB-ENG or US-CA.', max_length=20, validators=[patients.models.site.validate_holiday_calendar])),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('booking_lead_days', models.SmallIntegerField(blank=True, help_text="Days from booking to a free appointment. Empty: the protocol's own number.", null=True, validators=[patients.models.site.validate_lead_days])),
                ('authorisation_lead_days', models.SmallIntegerField(blank=True, help_text='Days from an order of MRI, CT or PET to its authorisation. Empty: as above.', null=True, validators=[patients.models.site.validate_lead_days], verbose_name='authorisation lead days, MRI and CT')),
                ('plain_authorisation_lead_days', models.SmallIntegerField(blank=True, help_text='Days from an order of ultrasound to its authorisation. Empty: as above.', null=True, validators=[patients.models.site.validate_lead_days], verbose_name='authorisation lead days, ultrasound')),
                ('ladder_days_earlier', models.SmallIntegerField(blank=True, help_text='Days by which every step of the escalation ladder comes earlier here than in the protocol; it can never come later. Empty: as in the protocol.', null=True, validators=[patients.models.site.validate_ladder_days_earlier])),
                ('chase_changed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('channel_order', models.CharField(blank=True, help_text='Channels in the order in which they are tried, for example LETTER, SMS, EMAIL. Empty: the usual order. A call by the navigator is always what remains.', max_length=60, validators=[patients.models.site.validate_channel_order], verbose_name='order of reminders')),
                ('sends_letters', models.BooleanField(db_default=False, default=False, help_text='Somebody here prints and posts letters at least every three days. Then reminders go by letter where the order says so. Otherwise only letters that somebody asks for wait to be printed.', verbose_name='sends letters')),
                ('email_from_hour', models.PositiveSmallIntegerField(blank=True, help_text="A whole hour of this site's clock, 9 to 18.", null=True, validators=[django.core.validators.MinValueValidator(9), django.core.validators.MaxValueValidator(18)], verbose_name='e-mails to patients leave from')),
                ('email_until_hour', models.PositiveSmallIntegerField(blank=True, help_text="A whole hour of this site's clock, 9 to 18.", null=True, validators=[django.core.validators.MinValueValidator(9), django.core.validators.MaxValueValidator(18)], verbose_name='e-mails to patients leave until')),
                ('sms_from_hour', models.PositiveSmallIntegerField(blank=True, help_text="A whole hour of this site's clock, 9 to 18.", null=True, validators=[django.core.validators.MinValueValidator(9), django.core.validators.MaxValueValidator(18)], verbose_name='text messages leave from')),
                ('sms_until_hour', models.PositiveSmallIntegerField(blank=True, help_text="A whole hour of this site's clock, 9 to 18.", null=True, validators=[django.core.validators.MinValueValidator(9), django.core.validators.MaxValueValidator(18)], verbose_name='text messages leave until')),
                ('alerts_per_week', models.PositiveSmallIntegerField(blank=True, help_text="Fewer than the protocol's own number; further ones wait for the daily digest. What is overdue and at risk or urgent is always sent at once.", null=True, verbose_name='e-mails at once, per person and week')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('ladder_days_earlier', None), ('ladder_days_earlier__gte', 0), _connector='OR'), name='site_ladder_is_never_loosened'), models.CheckConstraint(condition=models.Q(models.Q(('email_from_hour', None), ('email_from_hour__lt', 18), _connector='OR'), models.Q(('email_until_hour', None), ('email_until_hour__gt', 9), _connector='OR'), models.Q(('email_from_hour', None), ('email_until_hour', None), ('email_from_hour__lt', models.F('email_until_hour')), _connector='OR')), name='site_email_hours_in_order', violation_error_message='Messages must be able to leave for at least one hour of the day: the first hour comes before the last.'), models.CheckConstraint(condition=models.Q(models.Q(('sms_from_hour', None), ('sms_from_hour__lt', 18), _connector='OR'), models.Q(('sms_until_hour', None), ('sms_until_hour__gt', 9), _connector='OR'), models.Q(('sms_from_hour', None), ('sms_until_hour', None), ('sms_from_hour__lt', models.F('sms_until_hour')), _connector='OR')), name='site_sms_hours_in_order', violation_error_message='Messages must be able to leave for at least one hour of the day: the first hour comes before the last.')],
            },
        ),
        migrations.CreateModel(
            name='Patient',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('mrn', models.CharField(max_length=64, verbose_name='MRN')),
                ('family_name', models.CharField(max_length=120)),
                ('given_name', models.CharField(blank=True, max_length=120)),
                ('birth_date', models.DateField(blank=True, null=True)),
                ('sex', models.CharField(choices=[('FEMALE', 'Female'), ('MALE', 'Male'), ('OTHER', 'Other'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('address', models.TextField(blank=True, help_text='Street lines of the postal address')),
                ('postal_code', models.CharField(blank=True, max_length=20)),
                ('city', models.CharField(blank=True, max_length=120)),
                ('region', models.CharField(blank=True, help_text='State, county or province', max_length=120)),
                ('country', models.CharField(blank=True, help_text='As it is to be printed; empty within the country', max_length=60)),
                ('address_returned_on', models.DateField(blank=True, help_text='A letter came back: not written to until corrected', null=True)),
                ('language', models.CharField(default='en', help_text='BCP 47, for example en, es', max_length=12)),
                ('interpreter_needed', models.BooleanField(default=False)),
                ('consent_phone', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('consent_email', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('consent_sms', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('consent_letter', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('undeliverable_email', models.EmailField(blank=True, max_length=254)),
                ('undeliverable_email_on', models.DateField(blank=True, null=True)),
                ('undeliverable_phone', models.CharField(blank=True, max_length=40)),
                ('undeliverable_phone_on', models.DateField(blank=True, null=True)),
                ('primary_care', models.CharField(blank=True, max_length=200)),
                ('status', models.CharField(choices=[('ACTIVE', 'Active'), ('DECEASED', 'Deceased'), ('TRANSFERRED_ACKNOWLEDGED', 'Transferred, acknowledged'), ('TRANSFERRED_UNACKNOWLEDGED', 'Transferred, not acknowledged'), ('DECLINED', 'Declined'), ('LOST_TO_FOLLOW_UP', 'Lost to follow-up'), ('SURVEILLANCE_NOT_APPROPRIATE', 'Surveillance not appropriate')], default='ACTIVE', max_length=30)),
                ('status_on', models.DateField(blank=True, null=True)),
                ('status_reason', models.TextField(blank=True)),
                ('last_contact_at', models.DateTimeField(blank=True, null=True)),
                ('last_contact_outcome', models.CharField(blank=True, max_length=30)),
                ('created_at', models.DateTimeField()),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_records', to='patients.patient')),
                ('navigator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='navigated_patients', to=settings.AUTH_USER_MODEL)),
                ('responsible_clinician', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='responsible_for_patients', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='patients', to='patients.site')),
            ],
            options={
                'indexes': [models.Index(fields=['site', 'language'], name='patient_language_idx'), models.Index(fields=['birth_date'], name='patient_birth_date_idx'), models.Index(django.db.models.functions.text.Right(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(django.db.models.functions.text.Replace(models.F('phone'), models.Value(' '), models.Value('')), models.Value('-'), models.Value('')), models.Value('('), models.Value('')), models.Value(')'), models.Value('')), models.Value('.'), models.Value('')), models.Value('/'), models.Value('')), 7), name='patient_phone_tail_idx'), models.Index(condition=models.Q(('status', 'ACTIVE'), _negated=True), fields=['site', 'status'], name='patient_not_active_idx'), models.Index(condition=models.Q(('last_contact_outcome__in', ('WRONG_NUMBER', 'NOT_IN_SERVICE', 'RETURNED')), models.Q(models.Q(('phone', ''), ('consent_phone', 'NO'), _connector='OR'), models.Q(('email', ''), ('email', models.F('undeliverable_email')), ('consent_email', 'NO'), _connector='OR'), models.Q(('address', ''), ('address_returned_on__isnull', False), ('consent_letter', 'NO'), _connector='OR')), _connector='OR'), fields=['site'], name='patient_unreachable_idx')],
                'constraints': [models.UniqueConstraint(fields=('site', 'mrn'), name='patient_mrn_once_per_site'), models.CheckConstraint(condition=models.Q(('status', 'ACTIVE'), ('status_on__isnull', False), _connector='OR'), name='patient_status_other_than_active_has_its_date'), models.CheckConstraint(condition=models.Q(('merged_into', models.F('id')), _negated=True), name='patient_is_not_merged_into_itself')],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('NURSE_NAVIGATOR', 'Nurse navigator'), ('LEAD_NAVIGATOR', 'Lead navigator'), ('CLINICIAN', 'Clinician'), ('MEDICAL_DIRECTOR', 'Medical director'), ('ADMINISTRATOR', 'Administrator'), ('AUDITOR', 'Auditor'), ('INTEGRATION', 'Integration')], max_length=20)),
                ('ended_on', models.DateField(blank=True, null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to='patients.site')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_on', None)), fields=('user', 'site', 'role'), name='membership_once_per_user_site_and_role')],
            },
        ),
        migrations.CreateModel(
            name='HistoricalSiteClosure',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('first_on', models.DateField(verbose_name='first day')),
                ('last_on', models.DateField(verbose_name='last day')),
                ('reason', models.CharField(max_length=200)),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.site')),
            ],
            options={
                'verbose_name': 'historical site closure',
                'verbose_name_plural': 'historical site closures',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalPatient',
            fields=[
                ('id', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('mrn', models.CharField(max_length=64, verbose_name='MRN')),
                ('family_name', models.CharField(max_length=120)),
                ('given_name', models.CharField(blank=True, max_length=120)),
                ('birth_date', models.DateField(blank=True, null=True)),
                ('sex', models.CharField(choices=[('FEMALE', 'Female'), ('MALE', 'Male'), ('OTHER', 'Other'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('phone', models.CharField(blank=True, max_length=40)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('address', models.TextField(blank=True, help_text='Street lines of the postal address')),
                ('postal_code', models.CharField(blank=True, max_length=20)),
                ('city', models.CharField(blank=True, max_length=120)),
                ('region', models.CharField(blank=True, help_text='State, county or province', max_length=120)),
                ('country', models.CharField(blank=True, help_text='As it is to be printed; empty within the country', max_length=60)),
                ('address_returned_on', models.DateField(blank=True, help_text='A letter came back: not written to until corrected', null=True)),
                ('language', models.CharField(default='en', help_text='BCP 47, for example en, es', max_length=12)),
                ('interpreter_needed', models.BooleanField(default=False)),
                ('consent_phone', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('consent_email', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('consent_sms', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('consent_letter', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('undeliverable_email', models.EmailField(blank=True, max_length=254)),
                ('undeliverable_email_on', models.DateField(blank=True, null=True)),
                ('undeliverable_phone', models.CharField(blank=True, max_length=40)),
                ('undeliverable_phone_on', models.DateField(blank=True, null=True)),
                ('primary_care', models.CharField(blank=True, max_length=200)),
                ('status', models.CharField(choices=[('ACTIVE', 'Active'), ('DECEASED', 'Deceased'), ('TRANSFERRED_ACKNOWLEDGED', 'Transferred, acknowledged'), ('TRANSFERRED_UNACKNOWLEDGED', 'Transferred, not acknowledged'), ('DECLINED', 'Declined'), ('LOST_TO_FOLLOW_UP', 'Lost to follow-up'), ('SURVEILLANCE_NOT_APPROPRIATE', 'Surveillance not appropriate')], default='ACTIVE', max_length=30)),
                ('status_on', models.DateField(blank=True, null=True)),
                ('status_reason', models.TextField(blank=True)),
                ('created_at', models.DateTimeField()),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('navigator', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('responsible_clinician', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('merged_into', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.patient')),
                ('site', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.site')),
            ],
            options={
                'verbose_name': 'historical patient',
                'verbose_name_plural': 'historical patients',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalMembership',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('role', models.CharField(choices=[('NURSE_NAVIGATOR', 'Nurse navigator'), ('LEAD_NAVIGATOR', 'Lead navigator'), ('CLINICIAN', 'Clinician'), ('MEDICAL_DIRECTOR', 'Medical director'), ('ADMINISTRATOR', 'Administrator'), ('AUDITOR', 'Auditor'), ('INTEGRATION', 'Integration')], max_length=20)),
                ('ended_on', models.DateField(blank=True, null=True)),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.site')),
            ],
            options={
                'verbose_name': 'historical membership',
                'verbose_name_plural': 'historical memberships',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='HistoricalAbsence',
            fields=[
                ('id', models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ('first_on', models.DateField(verbose_name='first day away')),
                ('last_on', models.DateField(verbose_name='last day away')),
                ('planned_at', models.DateTimeField()),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='back early on')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('cover', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='patients.site')),
            ],
            options={
                'verbose_name': 'historical absence',
                'verbose_name_plural': 'historical absences',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('first_on', models.DateField(verbose_name='first day away')),
                ('last_on', models.DateField(verbose_name='last day away')),
                ('planned_at', models.DateTimeField()),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='back early on')),
                ('cover', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to=settings.AUTH_USER_MODEL)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='absences', to='patients.site')),
            ],
            options={
                'indexes': [models.Index(fields=['site', 'last_on'], name='absence_of_site_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('first_on__lte', models.F('last_on'))), name='absence_days_in_order'), models.CheckConstraint(condition=models.Q(('cover', models.F('user')), _negated=True), name='absence_covered_by_another')],
            },
        ),
        migrations.CreateModel(
            name='SiteClosure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_on', models.DateField(verbose_name='first day')),
                ('last_on', models.DateField(verbose_name='last day')),
                ('reason', models.CharField(max_length=200)),
                ('lifted_at', models.DateTimeField(blank=True, null=True)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='closures', to='patients.site')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('first_on__lte', models.F('last_on'))), name='site_closure_days_in_order')],
            },
        ),
        migrations.CreateModel(
            name='AfpResult',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('taken_on', models.DateField()),
                ('value_ng_ml', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True)),
                ('rising', models.BooleanField(default=False)),
                ('elevated_for_age', models.BooleanField(default=False)),
                ('source', models.CharField(blank=True, max_length=200)),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='afp_results', to='patients.patient')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('patient', 'taken_on', 'value_ng_ml'), name='afp_result_once_per_patient_day_and_value')],
            },
        ),
        migrations.CreateModel(
            name='RiskProfile',
            fields=[
                ('sequence', models.BigAutoField(primary_key=True, serialize=False)),
                ('effective_on', models.DateField()),
                ('cirrhosis', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('chronic_hbv', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('chronic_hcv', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('masld_advanced_fibrosis', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('ald', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('other_chronic_liver_disease', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('hcc_risk_factors', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('prior_hcc', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('normal_liver_function', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('normal_liver_parenchyma', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('extrahepatic_malignancy', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('pregnant', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('expected_delivery_on', models.DateField(blank=True, null=True)),
                ('contraindications', models.JSONField(blank=True, default=list)),
                ('egfr', models.DecimalField(blank=True, decimal_places=1, max_digits=6, null=True, verbose_name='eGFR (mL/min/1.73 m²)')),
                ('torch_evaluated', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('cardiac_failure_signs', models.CharField(choices=[('YES', 'Yes'), ('NO', 'No'), ('UNKNOWN', 'Not known')], default='UNKNOWN', max_length=10)),
                ('cardiac_failure_signs_on', models.DateField(blank=True, null=True)),
                ('source', models.CharField(blank=True, max_length=200)),
                ('recorded_at', models.DateTimeField()),
                ('patient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='risk_profiles', to='patients.patient')),
                ('recorded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['patient', '-effective_on'], name='risk_profile_newest_idx'), models.Index(condition=models.Q(('expected_delivery_on__isnull', False)), fields=['expected_delivery_on'], name='risk_profile_delivery_idx')],
            },
        ),
        FreezeTables(
            "patients",
            {
                "RiskProfile": [],
                "AfpResult": ["patient"],
                "AuditEvent": [],
                "AuditSeal": [],
            },
        ),
        migrations.RunPython(add_prefix_indexes, drop_prefix_indexes),
    ]
