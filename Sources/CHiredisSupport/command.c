#include "CHiredisSupport.h"

#include <hiredis/hiredis.h>

long long cscan_command_format(char **command, int count, const char **arguments, const size_t *lengths) {
    return redisFormatCommandArgv(command, count, arguments, lengths);
}

void cscan_command_free(char *command) { redisFreeCommand(command); }
