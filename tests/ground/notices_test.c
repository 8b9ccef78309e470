#include "unit.h"
const unit_test notices_tests[] = {{0}};
