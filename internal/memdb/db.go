package memdb

import (
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
)

// DB is an in-process DynamoDB. Use [New]; the zero DB is not ready. All
// methods are safe for concurrent use.
type DB struct {
	mu     sync.RWMutex
	tables map[string]*table
	tokens tokens
}

// New returns a DB without tables.
func New() *DB {
	return &DB{tables: map[string]*table{}}
}

// table returns the table that a request means. The caller holds the lock.
func (db *DB) table(nameOrARN string) (*table, error) {
	name, err := tableName(nameOrARN)
	if err != nil {
		return nil, err
	}
	t := db.tables[name]
	if t == nil {
		return nil, notFound("Requested resource not found: Table: " + name + " not found")
	}
	return t, nil
}

// Items returns a copy of all items of a table as they are stored, in the
// order of a scan; none if there is no such table.
func (db *DB) Items(tableName string) []map[string]types.AttributeValue {
	db.mu.RLock()
	defer db.mu.RUnlock()
	t := db.tables[tableName]
	if t == nil {
		return nil
	}
	var items []map[string]types.AttributeValue
	for r := range t.primary.rows.ascend("", "") {
		items = append(items, cloneItem(r.item))
	}
	return items
}

// Replace stores a copy of item exactly as it is, in place of the item with the
// same key if there is one: no condition, no normalization, no check but that
// of the keys. Tests use it to plant what somebody with write access to the
// table could have stored. It fails if there is no such table or if the keys of
// the table are missing or of the wrong type.
func (db *DB) Replace(tableName string, item map[string]types.AttributeValue) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	t := db.tables[tableName]
	if t == nil {
		return fmt.Errorf("memdb: no table %q: create it first", tableName)
	}
	if err := t.checkKeys(item); err != nil {
		return fmt.Errorf("memdb: table %q: %w", tableName, err)
	}
	if !t.normalKeys(item) {
		return fmt.Errorf("memdb: table %q: a number in the key is not in normal form: write it as DynamoDB returns it", tableName)
	}
	t.store(cloneItem(item))
	return nil
}

// normalKeys reports whether the numbers in the keys of an item are as
// DynamoDB returns them: they could not be found otherwise.
func (t *table) normalKeys(it item) bool {
	for _, a := range t.primary.keys.all() {
		if n, ok := it[a.name].(*numberV); ok {
			normal, err := tlv.NormalizeNumber(n.Value)
			if err != nil || normal != n.Value {
				return false
			}
		}
	}
	return true
}
