/*
 * handlers.h - the handlers that routes.c names, one block a file.
 */
#ifndef RD_API_HANDLERS_H
#define RD_API_HANDLERS_H
#include "api/route.h"

/* records.c */
rd_handler rd_api_record_list, rd_api_record_create, rd_api_record_get, rd_api_record_change,
	rd_api_record_archive, rd_api_record_restore, rd_api_record_move, rd_api_record_references,
	rd_api_search;
/* history.c */
rd_handler rd_api_record_timeline;
/* around.c */
rd_handler rd_api_comment_list, rd_api_comment_add, rd_api_comment_edit, rd_api_comment_remove,
	rd_api_watch, rd_api_unwatch, rd_api_watchers, rd_api_tag_list, rd_api_tag_add,
	rd_api_tag_remove, rd_api_link_list, rd_api_link_add, rd_api_link_remove, rd_api_reminder_list,
	rd_api_reminder_add, rd_api_reminder_remove;
extern const rd_shape rd_shape_comment, rd_shape_comment_edit, rd_shape_tag, rd_shape_link,
	rd_shape_reminder;
/* imports.c */
rd_handler rd_api_import_preview, rd_api_import_losses;
/* bulk.c, export.c, import.c */
rd_handler rd_api_bulk, rd_api_export, rd_api_import;
extern const rd_shape rd_shape_bulk;
/* attachments.c */
rd_handler rd_api_attachment_list, rd_api_attachment_add, rd_api_attachment_get,
	rd_api_attachment_remove;
extern const rd_upload rd_upload_attachment;
/* views.c */
rd_handler rd_api_view_list, rd_api_view_add, rd_api_view_change, rd_api_view_remove;
extern const rd_shape rd_shape_view;
/* account.c */
rd_handler rd_api_sign_in, rd_api_sign_in_code, rd_api_sign_out, rd_api_me, rd_api_prove,
	rd_api_setup, rd_api_password, rd_api_invite, rd_api_accept, rd_api_totp_begin,
	rd_api_totp_confirm, rd_api_totp_remove, rd_api_token_new, rd_api_link_make, rd_api_link_look,
	rd_api_link_use, rd_api_view_as, rd_api_view_end;
extern const rd_shape rd_shape_sign_in, rd_shape_code, rd_shape_prove, rd_shape_setup,
	rd_shape_password, rd_shape_accept, rd_shape_token, rd_shape_magic, rd_shape_link_text;
/* sessions.c */
rd_handler rd_api_sessions, rd_api_session_end, rd_api_tokens, rd_api_token_end, rd_api_sessions_of,
	rd_api_session_end_of, rd_api_tokens_of, rd_api_token_end_of, rd_api_totp_reset;
/* cases.c */
rd_handler rd_api_case_page;
/* report.c */
rd_handler rd_api_report, rd_api_report_mail;
extern const rd_shape rd_shape_report;
extern const rd_upload rd_upload_mail;
/* inbox.c */
rd_handler rd_api_inbox, rd_api_inbox_count, rd_api_inbox_read, rd_api_inbox_read_many;
extern const rd_shape rd_shape_marks;
/* choices.c */
rd_handler rd_api_choices, rd_api_choices_set;
extern const rd_shape rd_shape_choices;
/* package.c */
rd_handler rd_api_case_package;
/* analysis.c */
rd_handler rd_api_causes, rd_api_case_similar, rd_api_case_knowledge, rd_api_case_helped,
	rd_api_case_followups, rd_api_case_followup_add, rd_api_case_lesson, rd_api_case_summary_draft,
	rd_api_case_impact, rd_api_case_impact_compute;
extern const rd_shape rd_shape_helped, rd_shape_followup;
/* work.c */
rd_handler rd_api_case_candidates, rd_api_load;
/* clocks.c */
rd_handler rd_api_case_clocks, rd_api_roster;
/* webhooks.c */
rd_handler rd_api_webhooks, rd_api_webhook_add, rd_api_webhook_change, rd_api_webhook_secret,
	rd_api_webhook_remove, rd_api_deliveries, rd_api_delivery_again;
extern const rd_shape rd_shape_webhook, rd_shape_webhook_change;
/* robots.c */
rd_handler rd_api_robots, rd_api_robot_add, rd_api_robot_change, rd_api_robot_remove;
extern const rd_shape rd_shape_robot, rd_shape_robot_change;
/* corrections.c */
rd_handler rd_api_correction_propose, rd_api_correction_check, rd_api_correction_rewrite,
	rd_api_correction_try, rd_api_correction_file;
extern const rd_shape rd_shape_propose, rd_shape_typed;
/* settings.c */
rd_handler rd_api_settings, rd_api_setting_set;
extern const rd_shape rd_shape_setting;
/* jobs.c */
rd_handler rd_api_jobs, rd_api_job, rd_api_job_cancel, rd_api_job_retry;
/* findings.c */
rd_handler rd_api_findings_of_books, rd_api_findings_of_case, rd_api_findings_of_run,
	rd_api_finding, rd_api_finding_promote, rd_api_finding_suppress, rd_api_case_gate;
extern const rd_shape rd_shape_suppress;
/* runs.c */
rd_handler rd_api_check_start, rd_api_run_progress, rd_api_run_cancel, rd_api_run_compare;
/* meta.c */
rd_handler rd_api_kinds, rd_api_kind, rd_api_openapi_get, rd_api_health, rd_api_ready,
	rd_api_metrics;
/* books.c, statements.c, reconcile.c */
rd_handler rd_api_books_contents, rd_api_books_accounts, rd_api_books_vouchers,
	rd_api_books_voucher, rd_api_books_ledger, rd_api_books_notes, rd_api_books_place,
	rd_api_statement_lines, rd_api_statement_notes, rd_api_statement_place,
	rd_api_reconcile_matches, rd_api_reconcile_statement, rd_api_reconcile_run,
	rd_api_reconcile_decide;
extern const rd_shape rd_shape_decide;
/* live.c */
rd_handler rd_api_events;
#endif
