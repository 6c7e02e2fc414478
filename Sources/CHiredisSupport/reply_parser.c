#include "CHiredisSupport.h"
