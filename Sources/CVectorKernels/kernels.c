#include "CVectorKernels.h"
int hearth_placeholder(void) { return 0; }
