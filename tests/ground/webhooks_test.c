#include "unit.h"
const unit_test webhooks_tests[] = {{0}};
