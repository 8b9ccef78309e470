/* Books for checked.h; alone, because the check engine and the record engine share names. */
#include "shelf.h"

rd_book *checked_book(const char *rows);

rd_book *checked_book(const char *rows)
{
	return shelf_book("number|date|account-code|debit|credit|text|preparer|reviewer|poster", rows);
}
