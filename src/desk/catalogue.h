/*
 * catalogue.h - puts the catalogue of exception types into firms: the shipped ones that are
 * missing.
 *
 * Runs when a firm is made and once a day, so that an upgrade brings new types. Types that are
 * there are the firm's to edit and are never touched. Written by the program ("system"), as records with
 * events like all others.
 */
#ifndef RD_DESK_CATALOGUE_H
#define RD_DESK_CATALOGUE_H
#include "desk/periodic.h"
#include "record/engine.h"

/* Adds what is missing to one firm; *ret_added counts. */
RD_NODISCARD rd_rc rd_catalogue_fill(const rd_engine *e, int64_t firm_id, uint32_t *ret_added,
                                     rd_err *err);
/* The entry "catalogue" over all firms; `e` must live as long. */
rd_periodic_entry rd_catalogue_entry(const rd_engine *e);
#endif
