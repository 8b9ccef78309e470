-- The records: one table a kind, checked against model/<kind>.toml when Redink is built.
-- tools/mkmodel.py --migration KIND prints what a new kind needs. Foreign keys are not declared:
-- references are judged by the engine, and record_refs holds them in the other direction.

-- Firm: model/firm.toml
CREATE TABLE kind_firm (
	firm_id BIGINT NOT NULL, -- of which firm
	id BIGINT NOT NULL, -- made by the server, ordered by time
	version BIGINT NOT NULL, -- from 1; the ETag
	number TEXT, -- by the pattern of the kind; null: the kind has none
	state TEXT NOT NULL, -- by name
	owner_id BIGINT, -- user in charge; null: nobody
	client_id BIGINT, -- client it is about; null: none
	team_id BIGINT, -- team it is of; null: none
	restricted BIGINT NOT NULL, -- 1: need-to-know
	created_at_us BIGINT NOT NULL, -- microseconds UTC
	created_by TEXT NOT NULL, -- actor, as in events
	changed_at_us BIGINT NOT NULL, -- microseconds UTC
	changed_by TEXT NOT NULL, -- actor, as in events
	archived_at_us BIGINT, -- microseconds UTC; null: not archived
	due_at_us BIGINT, -- microseconds UTC; null: no due time
	name TEXT NOT NULL, -- name
	name_en TEXT, -- english name; null: not given
	uscc TEXT, -- unified social credit code; null: not given
	licence_no TEXT, -- licence number; null: not given
	licensed_day BIGINT, -- day number; licensed on; null: not given
	head_id BIGINT, -- id; head of bookkeeping; null: not given
	annual_report_day BIGINT, -- day number; last yearly report; null: not given
	phone TEXT, -- phone; null: not given
	mail TEXT, -- mail; null: not given
	address TEXT, -- address; null: not given
	website TEXT, -- website; null: not given
	logo_file BIGINT, -- attachment; logo; null: not given
	time_zone TEXT NOT NULL, -- time zone
	currency TEXT NOT NULL, -- base currency
	language TEXT NOT NULL, -- preset language
	calendar_id BIGINT, -- id; preset calendar; null: not given
	documents_day BIGINT NOT NULL, -- documents day
	second_factor BIGINT NOT NULL, -- 0 or 1; second factor for everybody
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE INDEX kind_firm_list ON kind_firm (firm_id, name, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_firm_archived ON kind_firm (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Department: model/department.toml
CREATE TABLE kind_department (
	firm_id BIGINT NOT NULL, -- of which firm
	id BIGINT NOT NULL, -- made by the server, ordered by time
	version BIGINT NOT NULL, -- from 1; the ETag
	number TEXT, -- by the pattern of the kind; null: the kind has none
	state TEXT NOT NULL, -- by name
	owner_id BIGINT, -- user in charge; null: nobody
	client_id BIGINT, -- client it is about; null: none
	team_id BIGINT, -- team it is of; null: none
	restricted BIGINT NOT NULL, -- 1: need-to-know
	created_at_us BIGINT NOT NULL, -- microseconds UTC
	created_by TEXT NOT NULL, -- actor, as in events
	changed_at_us BIGINT NOT NULL, -- microseconds UTC
	changed_by TEXT NOT NULL, -- actor, as in events
	archived_at_us BIGINT, -- microseconds UTC; null: not archived
	due_at_us BIGINT, -- microseconds UTC; null: no due time
	name TEXT NOT NULL, -- name
	name_en TEXT, -- english name; null: not given
	code TEXT, -- code; null: not given
	parent_id BIGINT, -- id; parent department; null: not given
	head_id BIGINT, -- id; head; null: not given
	deputy_id BIGINT, -- id; deputy head; null: not given
	duties TEXT, -- duties; null: not given
	mail TEXT, -- shared mail; null: not given
	outside_accounting BIGINT, -- 0 or 1; outside accounting; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_department_name ON kind_department (firm_id, name);
CREATE UNIQUE INDEX kind_department_code ON kind_department (firm_id, code);
CREATE INDEX kind_department_list ON kind_department (firm_id, code, name, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_department_archived ON kind_department (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Team: model/team.toml
CREATE TABLE kind_team (
	firm_id BIGINT NOT NULL, -- of which firm
	id BIGINT NOT NULL, -- made by the server, ordered by time
	version BIGINT NOT NULL, -- from 1; the ETag
	number TEXT, -- by the pattern of the kind; null: the kind has none
	state TEXT NOT NULL, -- by name
	owner_id BIGINT, -- user in charge; null: nobody
	client_id BIGINT, -- client it is about; null: none
	team_id BIGINT, -- team it is of; null: none
	restricted BIGINT NOT NULL, -- 1: need-to-know
	created_at_us BIGINT NOT NULL, -- microseconds UTC
	created_by TEXT NOT NULL, -- actor, as in events
	changed_at_us BIGINT NOT NULL, -- microseconds UTC
	changed_by TEXT NOT NULL, -- actor, as in events
	archived_at_us BIGINT, -- microseconds UTC; null: not archived
	due_at_us BIGINT, -- microseconds UTC; null: no due time
	name TEXT NOT NULL, -- name
	department_id BIGINT, -- id; department; null: not given
	lead_id BIGINT NOT NULL, -- id; lead
	members TEXT, -- JSON array of ids; members; null: not given
	purpose TEXT, -- purpose and duties; null: not given
	emergency BIGINT, -- 0 or 1; emergency team; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_team_name ON kind_team (firm_id, name);
CREATE INDEX kind_team_list ON kind_team (firm_id, name, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_team_archived ON kind_team (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- User: model/user.toml
CREATE TABLE kind_user (
	firm_id BIGINT NOT NULL, -- of which firm
	id BIGINT NOT NULL, -- made by the server, ordered by time
	version BIGINT NOT NULL, -- from 1; the ETag
	number TEXT, -- by the pattern of the kind; null: the kind has none
	state TEXT NOT NULL, -- by name
	owner_id BIGINT, -- user in charge; null: nobody
	client_id BIGINT, -- client it is about; null: none
	team_id BIGINT, -- team it is of; null: none
	restricted BIGINT NOT NULL, -- 1: need-to-know
	created_at_us BIGINT NOT NULL, -- microseconds UTC
	created_by TEXT NOT NULL, -- actor, as in events
	changed_at_us BIGINT NOT NULL, -- microseconds UTC
	changed_by TEXT NOT NULL, -- actor, as in events
	archived_at_us BIGINT, -- microseconds UTC; null: not archived
	due_at_us BIGINT, -- microseconds UTC; null: no due time
	login TEXT NOT NULL, -- login name
	name TEXT NOT NULL, -- display name
	name_en TEXT, -- english name; null: not given
	mail TEXT, -- mail; null: not given
	phone TEXT, -- phone; null: not given
	roles TEXT NOT NULL, -- JSON array of texts; roles
	department_id BIGINT, -- id; department; null: not given
	main_team_id BIGINT, -- id; main team; null: not given
	post TEXT, -- post; null: not given
	qualification TEXT, -- qualification; null: not given
	certificate_no TEXT, -- certificate number; null: not given
	education_until_day BIGINT, -- day number; further education until; null: not given
	skills TEXT, -- JSON array of texts; skills; null: not given
	languages TEXT, -- JSON array of texts; languages; null: not given
	deputies TEXT, -- JSON array of ids; deputies; null: not given
	workload_max BIGINT, -- most clients; null: not given
	calendar_id BIGINT, -- id; calendar; null: not given
	language TEXT NOT NULL, -- language of the page
	joined_day BIGINT, -- day number; joined on; null: not given
	leaving_day BIGINT, -- day number; last day; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_user_login ON kind_user (firm_id, login);
CREATE UNIQUE INDEX kind_user_mail ON kind_user (firm_id, mail);
CREATE INDEX kind_user_list ON kind_user (firm_id, name, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_user_archived ON kind_user (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Absence: model/absence.toml
CREATE TABLE kind_absence (
	firm_id BIGINT NOT NULL, -- of which firm
	id BIGINT NOT NULL, -- made by the server, ordered by time
	version BIGINT NOT NULL, -- from 1; the ETag
	number TEXT, -- by the pattern of the kind; null: the kind has none
	state TEXT NOT NULL, -- by name
	owner_id BIGINT, -- user in charge; null: nobody
	client_id BIGINT, -- client it is about; null: none
	team_id BIGINT, -- team it is of; null: none
	restricted BIGINT NOT NULL, -- 1: need-to-know
	created_at_us BIGINT NOT NULL, -- microseconds UTC
	created_by TEXT NOT NULL, -- actor, as in events
	changed_at_us BIGINT NOT NULL, -- microseconds UTC
	changed_by TEXT NOT NULL, -- actor, as in events
	archived_at_us BIGINT, -- microseconds UTC; null: not archived
	due_at_us BIGINT, -- microseconds UTC; null: no due time
	person_id BIGINT NOT NULL, -- id; person
	what TEXT NOT NULL, -- kind
	first_day BIGINT NOT NULL, -- day number; first day
	last_day BIGINT NOT NULL, -- day number; last day
	half_days BIGINT, -- half days; null: not given
	deputy_id BIGINT, -- id; deputy; null: not given
	handover TEXT, -- handover notes; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE INDEX kind_absence_owner ON kind_absence (firm_id, owner_id, first_day, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_absence_list ON kind_absence (firm_id, first_day, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_absence_archived ON kind_absence (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Client: model/client.toml
CREATE TABLE kind_client (
	firm_id BIGINT NOT NULL, -- of which firm
	id BIGINT NOT NULL, -- made by the server, ordered by time
	version BIGINT NOT NULL, -- from 1; the ETag
	number TEXT, -- by the pattern of the kind; null: the kind has none
	state TEXT NOT NULL, -- by name
	owner_id BIGINT, -- user in charge; null: nobody
	client_id BIGINT, -- client it is about; null: none
	team_id BIGINT, -- team it is of; null: none
	restricted BIGINT NOT NULL, -- 1: need-to-know
	created_at_us BIGINT NOT NULL, -- microseconds UTC
	created_by TEXT NOT NULL, -- actor, as in events
	changed_at_us BIGINT NOT NULL, -- microseconds UTC
	changed_by TEXT NOT NULL, -- actor, as in events
	archived_at_us BIGINT, -- microseconds UTC; null: not archived
	due_at_us BIGINT, -- microseconds UTC; null: no due time
	name TEXT NOT NULL, -- name
	short_name TEXT, -- short name; null: not given
	name_en TEXT, -- english name; null: not given
	uscc TEXT, -- unified social credit code; null: not given
	old_tax_no TEXT, -- old tax number; null: not given
	legal_person TEXT, -- legal representative; null: not given
	legal_form TEXT, -- legal form; null: not given
	founded_day BIGINT, -- day number; founded on; null: not given
	capital_minor BIGINT, -- minor units; registered capital; null: not given
	capital_currency TEXT, -- ISO 4217; registered capital; null: not given
	industry TEXT, -- industry; null: not given
	business TEXT, -- scope and main business; null: not given
	headcount BIGINT, -- headcount; null: not given
	address TEXT, -- address; null: not given
	region TEXT, -- region; null: not given
	tax_kind TEXT, -- VAT payer kind; null: not given
	vat_period TEXT, -- VAT period; null: not given
	eit_method TEXT, -- income tax method; null: not given
	tax_bureau TEXT, -- tax bureau; null: not given
	tax_credit TEXT, -- tax credit grade; null: not given
	qualities TEXT, -- JSON array of texts; qualities; null: not given
	chart TEXT, -- accounting standard; null: not given
	currency TEXT NOT NULL, -- base currency
	books_from_day BIGINT, -- day number; books begin; null: not given
	software TEXT, -- bookkeeping software; null: not given
	service_level TEXT NOT NULL, -- service level
	weight BIGINT NOT NULL, -- weight
	needs TEXT, -- needs; null: not given
	risk TEXT, -- risk of acceptance; null: not given
	risk_note TEXT, -- risk assessment; null: not given
	materiality_minor BIGINT, -- minor units; materiality; null: not given
	materiality_currency TEXT, -- ISO 4217; materiality; null: not given
	documents_day BIGINT, -- documents day; null: not given
	handover_form TEXT, -- form of handover; null: not given
	accountant_id BIGINT, -- id; accountant; null: not given
	assistants TEXT, -- JSON array of ids; assistants; null: not given
	reviewer_id BIGINT, -- id; reviewer; null: not given
	supervisor_id BIGINT, -- id; supervisor; null: not given
	calendar_id BIGINT, -- id; calendar; null: not given
	bank_accounts TEXT, -- JSON array of texts; bank accounts; null: not given
	portal BIGINT, -- 0 or 1; portal open; null: not given
	since_day BIGINT, -- day number; client since; null: not given
	until_day BIGINT, -- day number; client until; null: not given
	notes TEXT, -- internal notes; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_client_number ON kind_client (firm_id, number);
CREATE UNIQUE INDEX kind_client_uscc ON kind_client (firm_id, uscc);
CREATE INDEX kind_client_owner ON kind_client (firm_id, owner_id, name, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_client_due ON kind_client (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_client_list ON kind_client (firm_id, name, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_client_archived ON kind_client (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Contact: model/contact.toml
CREATE TABLE kind_contact (
	firm_id BIGINT NOT NULL, -- of which firm
	id BIGINT NOT NULL, -- made by the server, ordered by time
	version BIGINT NOT NULL, -- from 1; the ETag
	number TEXT, -- by the pattern of the kind; null: the kind has none
	state TEXT NOT NULL, -- by name
	owner_id BIGINT, -- user in charge; null: nobody
	client_id BIGINT, -- client it is about; null: none
	team_id BIGINT, -- team it is of; null: none
	restricted BIGINT NOT NULL, -- 1: need-to-know
	created_at_us BIGINT NOT NULL, -- microseconds UTC
	created_by TEXT NOT NULL, -- actor, as in events
	changed_at_us BIGINT NOT NULL, -- microseconds UTC
	changed_by TEXT NOT NULL, -- actor, as in events
	archived_at_us BIGINT, -- microseconds UTC; null: not archived
	due_at_us BIGINT, -- microseconds UTC; null: no due time
	name TEXT NOT NULL, -- name
	post TEXT NOT NULL, -- post
	phone TEXT, -- phone; null: not given
	mail TEXT, -- mail; null: not given
	wechat TEXT, -- wechat; null: not given
	channel TEXT, -- preferred channel; null: not given
	language TEXT NOT NULL, -- language
	portal BIGINT, -- 0 or 1; may enter the portal; null: not given
	signs BIGINT, -- 0 or 1; may sign and confirm; null: not given
	notes TEXT, -- notes; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE INDEX kind_contact_owner ON kind_contact (firm_id, owner_id, client_id, name, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_contact_list ON kind_contact (firm_id, client_id, name, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_contact_archived ON kind_contact (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Engagement: model/engagement.toml
CREATE TABLE kind_engagement (
	firm_id BIGINT NOT NULL, -- of which firm
	id BIGINT NOT NULL, -- made by the server, ordered by time
	version BIGINT NOT NULL, -- from 1; the ETag
	number TEXT, -- by the pattern of the kind; null: the kind has none
	state TEXT NOT NULL, -- by name
	owner_id BIGINT, -- user in charge; null: nobody
	client_id BIGINT, -- client it is about; null: none
	team_id BIGINT, -- team it is of; null: none
	restricted BIGINT NOT NULL, -- 1: need-to-know
	created_at_us BIGINT NOT NULL, -- microseconds UTC
	created_by TEXT NOT NULL, -- actor, as in events
	changed_at_us BIGINT NOT NULL, -- microseconds UTC
	changed_by TEXT NOT NULL, -- actor, as in events
	archived_at_us BIGINT, -- microseconds UTC; null: not archived
	due_at_us BIGINT, -- microseconds UTC; null: no due time
	name TEXT NOT NULL, -- name
	contract_no TEXT, -- contract number; null: not given
	scope TEXT NOT NULL, -- JSON array of texts; scope
	goals TEXT, -- aims; null: not given
	client_duties TEXT, -- duties of the client; null: not given
	firm_duties TEXT, -- duties of the firm; null: not given
	start_day BIGINT NOT NULL, -- day number; start
	finish_day BIGINT, -- day number; finish; null: not given
	renews BIGINT, -- 0 or 1; renews by itself; null: not given
	notice_days BIGINT, -- days of notice; null: not given
	fee_minor BIGINT, -- minor units; fee; null: not given
	fee_currency TEXT, -- ISO 4217; fee; null: not given
	fee_period TEXT, -- fee period; null: not given
	custody TEXT NOT NULL, -- custody of the archive
	archive_days BIGINT, -- days after the year to hand over; null: not given
	contract_file BIGINT, -- attachment; contract; null: not given
	signed_on_day BIGINT, -- day number; signed on; null: not given
	signed_client TEXT, -- signed for the client; null: not given
	signed_firm_id BIGINT, -- id; signed for the firm; null: not given
	plan TEXT, -- plan of work; null: not given
	major BIGINT, -- 0 or 1; major project; null: not given
	major_reason TEXT, -- why it is major; null: not given
	accountant_id BIGINT, -- id; accountant; null: not given
	reviewer_id BIGINT, -- id; reviewer; null: not given
	ended_on_day BIGINT, -- day number; ended on; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_engagement_number ON kind_engagement (firm_id, number);
CREATE INDEX kind_engagement_client ON kind_engagement (firm_id, client_id, start_day, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_engagement_owner ON kind_engagement (firm_id, owner_id, start_day, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_engagement_due ON kind_engagement (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_engagement_list ON kind_engagement (firm_id, start_day, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_engagement_archived ON kind_engagement (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Exception type: model/exception_type.toml
CREATE TABLE kind_exception_type (
	firm_id BIGINT NOT NULL, -- of which firm
	id BIGINT NOT NULL, -- made by the server, ordered by time
	version BIGINT NOT NULL, -- from 1; the ETag
	number TEXT, -- by the pattern of the kind; null: the kind has none
	state TEXT NOT NULL, -- by name
	owner_id BIGINT, -- user in charge; null: nobody
	client_id BIGINT, -- client it is about; null: none
	team_id BIGINT, -- team it is of; null: none
	restricted BIGINT NOT NULL, -- 1: need-to-know
	created_at_us BIGINT NOT NULL, -- microseconds UTC
	created_by TEXT NOT NULL, -- actor, as in events
	changed_at_us BIGINT NOT NULL, -- microseconds UTC
	changed_by TEXT NOT NULL, -- actor, as in events
	archived_at_us BIGINT, -- microseconds UTC; null: not archived
	due_at_us BIGINT, -- microseconds UTC; null: no due time
	slug TEXT NOT NULL, -- slug
	name TEXT NOT NULL, -- name
	name_en TEXT, -- english name; null: not given
	area TEXT NOT NULL, -- area
	nature TEXT NOT NULL, -- nature
	severity TEXT NOT NULL, -- severity
	impact BIGINT, -- impact; null: not given
	urgency BIGINT, -- urgency; null: not given
	priority BIGINT, -- priority; null: not given
	certainty TEXT NOT NULL, -- certainty
	origin TEXT NOT NULL, -- origin
	check_version BIGINT, -- version of the check; null: not given
	finds TEXT NOT NULL, -- how it is found
	evidence TEXT, -- JSON array of texts; evidence needed; null: not given
	data_needed TEXT, -- data needed; null: not given
	correction TEXT, -- what to do; null: not given
	threshold TEXT, -- threshold; null: not given
	threshold_kind TEXT, -- nature of the threshold; null: not given
	basis TEXT, -- basis; null: not given
	handler_id BIGINT, -- id; department in charge; null: not given
	informed TEXT, -- JSON array of ids; departments informed; null: not given
	report_minutes BIGINT, -- minutes to report; null: not given
	triage_minutes BIGINT, -- minutes to triage; null: not given
	correct_minutes BIGINT, -- minutes to correct; null: not given
	second_person BIGINT, -- 0 or 1; A second person signs; null: not given
	to_client BIGINT, -- 0 or 1; told to the client; null: not given
	need_to_know BIGINT, -- 0 or 1; need to know; null: not given
	playbook_id BIGINT, -- id; playbook; null: not given
	edition BIGINT, -- edition; null: not given
	review_on_day BIGINT, -- day number; next review; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_exception_type_slug ON kind_exception_type (firm_id, slug);
CREATE INDEX kind_exception_type_owner ON kind_exception_type (firm_id, owner_id, priority, slug DESC, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_exception_type_due ON kind_exception_type (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_exception_type_list ON kind_exception_type (firm_id, priority, slug DESC, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_exception_type_archived ON kind_exception_type (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Task: model/task.toml
CREATE TABLE kind_task (
	firm_id BIGINT NOT NULL, -- of which firm
	id BIGINT NOT NULL, -- made by the server, ordered by time
	version BIGINT NOT NULL, -- from 1; the ETag
	number TEXT, -- by the pattern of the kind; null: the kind has none
	state TEXT NOT NULL, -- by name
	owner_id BIGINT, -- user in charge; null: nobody
	client_id BIGINT, -- client it is about; null: none
	team_id BIGINT, -- team it is of; null: none
	restricted BIGINT NOT NULL, -- 1: need-to-know
	created_at_us BIGINT NOT NULL, -- microseconds UTC
	created_by TEXT NOT NULL, -- actor, as in events
	changed_at_us BIGINT NOT NULL, -- microseconds UTC
	changed_by TEXT NOT NULL, -- actor, as in events
	archived_at_us BIGINT, -- microseconds UTC; null: not archived
	due_at_us BIGINT, -- microseconds UTC; null: no due time
	name TEXT NOT NULL, -- task
	details TEXT, -- details; null: not given
	about_id BIGINT, -- id of any record; about; null: not given
	about_kind TEXT, -- its kind; about; null: not given
	priority TEXT NOT NULL, -- priority
	helpers TEXT, -- JSON array of ids; helpers; null: not given
	department_id BIGINT, -- id; department; null: not given
	steps TEXT, -- JSON array of texts; steps; null: not given
	estimate_minutes BIGINT, -- minutes expected; null: not given
	spent_minutes BIGINT, -- minutes spent; null: not given
	result TEXT, -- result; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_task_number ON kind_task (firm_id, number);
CREATE INDEX kind_task_client ON kind_task (firm_id, client_id, due_at_us, (CASE priority WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 WHEN 'normal' THEN 2 WHEN 'low' THEN 3 END), id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_task_owner ON kind_task (firm_id, owner_id, due_at_us, (CASE priority WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 WHEN 'normal' THEN 2 WHEN 'low' THEN 3 END), id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_task_priority ON kind_task (firm_id, priority, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_task_list ON kind_task (firm_id, due_at_us, (CASE priority WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 WHEN 'normal' THEN 2 WHEN 'low' THEN 3 END), id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_task_archived ON kind_task (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Article: model/article.toml
CREATE TABLE kind_article (
	firm_id BIGINT NOT NULL, -- of which firm
	id BIGINT NOT NULL, -- made by the server, ordered by time
	version BIGINT NOT NULL, -- from 1; the ETag
	number TEXT, -- by the pattern of the kind; null: the kind has none
	state TEXT NOT NULL, -- by name
	owner_id BIGINT, -- user in charge; null: nobody
	client_id BIGINT, -- client it is about; null: none
	team_id BIGINT, -- team it is of; null: none
	restricted BIGINT NOT NULL, -- 1: need-to-know
	created_at_us BIGINT NOT NULL, -- microseconds UTC
	created_by TEXT NOT NULL, -- actor, as in events
	changed_at_us BIGINT NOT NULL, -- microseconds UTC
	changed_by TEXT NOT NULL, -- actor, as in events
	archived_at_us BIGINT, -- microseconds UTC; null: not archived
	due_at_us BIGINT, -- microseconds UTC; null: no due time
	name TEXT NOT NULL, -- title
	summary TEXT, -- summary; null: not given
	body TEXT NOT NULL, -- body
	category TEXT NOT NULL, -- category
	language TEXT NOT NULL, -- language
	keywords TEXT, -- JSON array of texts; keywords; null: not given
	exception_types TEXT, -- JSON array of ids; exception types; null: not given
	source TEXT, -- source; null: not given
	source_url TEXT, -- link; null: not given
	valid_from_day BIGINT, -- day number; valid from; null: not given
	valid_until_day BIGINT, -- day number; valid until; null: not given
	must_read BIGINT, -- 0 or 1; must be read; null: not given
	for_clients BIGINT, -- 0 or 1; open to clients; null: not given
	edition BIGINT, -- edition; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_article_number ON kind_article (firm_id, number);
CREATE INDEX kind_article_owner ON kind_article (firm_id, owner_id, changed_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_article_due ON kind_article (firm_id, due_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_article_list ON kind_article (firm_id, changed_at_us, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_article_archived ON kind_article (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Calendar: model/calendar.toml
CREATE TABLE kind_calendar (
	firm_id BIGINT NOT NULL, -- of which firm
	id BIGINT NOT NULL, -- made by the server, ordered by time
	version BIGINT NOT NULL, -- from 1; the ETag
	number TEXT, -- by the pattern of the kind; null: the kind has none
	state TEXT NOT NULL, -- by name
	owner_id BIGINT, -- user in charge; null: nobody
	client_id BIGINT, -- client it is about; null: none
	team_id BIGINT, -- team it is of; null: none
	restricted BIGINT NOT NULL, -- 1: need-to-know
	created_at_us BIGINT NOT NULL, -- microseconds UTC
	created_by TEXT NOT NULL, -- actor, as in events
	changed_at_us BIGINT NOT NULL, -- microseconds UTC
	changed_by TEXT NOT NULL, -- actor, as in events
	archived_at_us BIGINT, -- microseconds UTC; null: not archived
	due_at_us BIGINT, -- microseconds UTC; null: no due time
	name TEXT NOT NULL, -- name
	parent_id BIGINT, -- id; builds on; null: not given
	national BIGINT, -- 0 or 1; public holidays of china; null: not given
	workdays TEXT NOT NULL, -- JSON array of texts; working days
	opens TEXT NOT NULL, -- opens
	lunch_begins TEXT, -- lunch begins; null: not given
	lunch_ends TEXT, -- lunch ends; null: not given
	closes TEXT NOT NULL, -- closes
	time_zone TEXT, -- time zone; null: not given
	region TEXT, -- region; null: not given
	notes TEXT, -- notes; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE UNIQUE INDEX kind_calendar_name ON kind_calendar (firm_id, name);
CREATE INDEX kind_calendar_client ON kind_calendar (firm_id, client_id, name, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_calendar_list ON kind_calendar (firm_id, name, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_calendar_archived ON kind_calendar (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;

-- Calendar entry: model/calendar_day.toml
CREATE TABLE kind_calendar_day (
	firm_id BIGINT NOT NULL, -- of which firm
	id BIGINT NOT NULL, -- made by the server, ordered by time
	version BIGINT NOT NULL, -- from 1; the ETag
	number TEXT, -- by the pattern of the kind; null: the kind has none
	state TEXT NOT NULL, -- by name
	owner_id BIGINT, -- user in charge; null: nobody
	client_id BIGINT, -- client it is about; null: none
	team_id BIGINT, -- team it is of; null: none
	restricted BIGINT NOT NULL, -- 1: need-to-know
	created_at_us BIGINT NOT NULL, -- microseconds UTC
	created_by TEXT NOT NULL, -- actor, as in events
	changed_at_us BIGINT NOT NULL, -- microseconds UTC
	changed_by TEXT NOT NULL, -- actor, as in events
	archived_at_us BIGINT, -- microseconds UTC; null: not archived
	due_at_us BIGINT, -- microseconds UTC; null: no due time
	calendar_id BIGINT NOT NULL, -- id; calendar
	on_day BIGINT NOT NULL, -- day number; on
	through_day BIGINT, -- day number; through; null: not given
	what TEXT NOT NULL, -- kind
	name TEXT NOT NULL, -- name
	taxes TEXT, -- JSON array of texts; taxes; null: not given
	period TEXT, -- period; null: not given
	official BIGINT, -- 0 or 1; official; null: not given
	source TEXT, -- source; null: not given
	PRIMARY KEY (firm_id, id)
) {{rows}};
CREATE INDEX kind_calendar_day_list ON kind_calendar_day (firm_id, on_day, id) WHERE archived_at_us IS NULL;
CREATE INDEX kind_calendar_day_archived ON kind_calendar_day (firm_id, archived_at_us, id) WHERE archived_at_us IS NOT NULL;
