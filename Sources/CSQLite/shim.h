#ifndef HEARTH_CSQLITE_SHIM_H
#define HEARTH_CSQLITE_SHIM_H

#include <sqlite3.h>
#include <stdint.h>
#include <string.h>

// Swift cannot call variadic C functions nor spell SQLITE_TRANSIENT (a function pointer of value -1).
// Each of the first functions here is one such call and nothing more.

static inline int hearth_sqlite_db_config_flag(sqlite3 *db, int option, int value, int *result) {
    return sqlite3_db_config(db, option, value, result);
}

static inline int hearth_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text, sqlite3_uint64 length) {
    return sqlite3_bind_text64(statement, index, text, length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static inline int hearth_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 length) {
    // A null pointer would bind NULL; an empty blob is a value of its own.
    return sqlite3_bind_blob64(statement, index, length == 0 ? "" : bytes, length, SQLITE_TRANSIENT);
}

// The header of the shared index of a write-ahead log, as the file format describes it ("WAL-mode File Format", 2.1): it names
// the last commit. Whoever commits writes its two copies one after the other, the second first.
enum { HEARTH_WAL_INDEX_WORDS = 12, HEARTH_WAL_INDEX_VERSION = 3007000 };

// Reads the header without a lock.
//
// Only for a connection that has read a database with such a log: for another it would make the shared file.
//
// Returns whether the header is whole. A part of it may be new and the rest old while somebody commits.
static inline int hearth_sqlite_wal_index_header(sqlite3 *db, uint32_t header[HEARTH_WAL_INDEX_WORDS]) {
    sqlite3_file *file = 0;
    if (sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK || file == 0) return 0;
    const sqlite3_io_methods *methods = file->pMethods;
    if (methods == 0 || methods->iVersion < 2 || methods->xShmMap == 0) return 0;
    volatile void *region = 0;
    if (methods->xShmMap(file, 0, 32768, 0, &region) != SQLITE_OK || region == 0) return 0;
    volatile const uint32_t *copies = (volatile const uint32_t *)region;
    uint32_t second[HEARTH_WAL_INDEX_WORDS];
    for (int i = 0; i < HEARTH_WAL_INDEX_WORDS; i++) header[i] = copies[i];
    methods->xShmBarrier(file);
    for (int i = 0; i < HEARTH_WAL_INDEX_WORDS; i++) second[i] = copies[HEARTH_WAL_INDEX_WORDS + i];
    if (memcmp(header, second, sizeof second) != 0) return 0;
    if (header[0] != HEARTH_WAL_INDEX_VERSION || ((const unsigned char *)header)[12] != 1) return 0;
    uint32_t sum1 = 0, sum2 = 0;
    for (int i = 0; i < HEARTH_WAL_INDEX_WORDS - 2; i += 2) {
        sum1 += header[i] + sum2;
        sum2 += header[i + 1] + sum1;
    }
    return sum1 == header[10] && sum2 == header[11];
}

#endif
