#include "unit.h"
const unit_test settings_tests[] = {{0}};
