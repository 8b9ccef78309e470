/*
 * choices.h - how a person wants to be told: for each kind of notice and channel off, at once or in
 * the daily digest; when not to be disturbed; when the digest comes.
 *
 * What a person never chose is preset: everything into the inbox; by mail at once what is for this
 * person to do (assigned, mentioned, overdue, reminded), the rest in the digest. People change
 * their own choices, administrators those of others. Results live in tx->arena.
 */
#ifndef RD_DESK_CHOICES_H
#define RD_DESK_CHOICES_H
#include "desk/hours.h"
#include "notify/message.h"
#include "record/actor.h"

typedef enum rd_channel { RD_CHANNEL_INBOX, RD_CHANNEL_MAIL, RD_CHANNELS_N } rd_channel;

typedef enum rd_mode {
	RD_MODE_OFF,
	RD_MODE_NOW,
	RD_MODE_DIGEST, /* MAIL only */
	RD_MODES_N
} rd_mode;

typedef struct rd_choices {
	rd_mode mode[RD_MESSAGE_KINDS][RD_CHANNELS_N];
	rd_quiet quiet;     /* holds back mails, not the inbox */
	int32_t digest_min; /* minutes of the local day */
} rd_choices;

RD_NODISCARD rd_rc rd_choices_get(rd_tx *tx, int64_t user_id, rd_choices *ret_choices, rd_err *err);
/* INPUT for what does not go together; FORBIDDEN for another person's. */
RD_NODISCARD rd_rc rd_choices_mode(rd_tx *tx, const rd_actor *actor, int64_t user_id,
                                   rd_message_kind notice, rd_channel channel, rd_mode mode,
                                   rd_err *err);
RD_NODISCARD rd_rc rd_choices_times(rd_tx *tx, const rd_actor *actor, int64_t user_id,
                                    const rd_quiet *quiet, int32_t digest_min, rd_err *err);

const char *rd_channel_name(rd_channel c); /* inbox, mail */
const char *rd_mode_name(rd_mode m);       /* off, now, digest */
rd_channel rd_channel_find(rd_str name);   /* RD_CHANNELS_N for none */
rd_mode rd_mode_find(rd_str name);         /* RD_MODES_N for none */
#endif
