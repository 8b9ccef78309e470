#include "unit.h"
const unit_test follow_tests[] = {{0}};
