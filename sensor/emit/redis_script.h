/* SPDX-License-Identifier: Apache-2.0 */
/* The script that puts a batch into Redis (redis_script.lua); made into C by CMake. */
#ifndef AJAR_EMIT_REDIS_SCRIPT_H
#define AJAR_EMIT_REDIS_SCRIPT_H

extern const char redis_script[];

#endif
