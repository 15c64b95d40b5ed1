package memdb

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// table is a table with its indexes. The lock of the DB guards it.
type table struct {
	name       string
	created    time.Time
	definition createTableInput
	primary    *view
	indexes    map[string]*view
	size       int
	ttl        string // attribute by which items expire; "" for none
}

// view is the order of items by one key: a table's own or that of an index.
type view struct {
	name      string // of the index; empty for the table
	local     bool
	keys      keySchema
	base      keySchema       // of the table
	projected map[string]bool // the attributes that an index holds; nil if all
	rows      rows
}

var validName = regexp.MustCompile(`^[a-zA-Z0-9_.-]{3,255}$`)

// tableName returns the name of a table from its name or ARN.
func tableName(nameOrARN string) (string, error) {
	name := nameOrARN
	if strings.HasPrefix(name, "arn:") {
		_, name, _ = strings.Cut(name, ":table/")
	}
	if nameOrARN == "" {
		return "", validation("Value null at 'tableName' failed to satisfy constraint: Member must not be null")
	}
	return name, checkName(name)
}

func checkName(name string) error {
	if !validName.MatchString(name) {
		return validation("Invalid table/index name.  Table/index names must be between 3 and 255 characters long, and may contain only the characters a-z, A-Z, 0-9, '_', '-', and '.'")
	}
	return nil
}

// view returns an index, or the table itself for no name.
func (t *table) view(indexName *string) (*view, error) {
	if indexName == nil {
		return t.primary, nil
	}
	v := t.indexes[*indexName]
	if v == nil {
		return nil, validation("The table does not have the specified index: %s", *indexName)
	}
	return v, nil
}

// sortedIndexes returns the indexes in the order of their names.
func (t *table) sortedIndexes() []*view {
	var views []*view
	for _, name := range slices.Sorted(maps.Keys(t.indexes)) {
		views = append(views, t.indexes[name])
	}
	return views
}

// row returns the row of an item in this view; nil if it does not belong there.
func (v *view) row(it item) *row {
	position, ok := v.position(it)
	if !ok {
		return nil
	}
	return &row{position: position, item: it, size: itemSize(v.visible(it))}
}

// position returns where an item, or a key, stands. Items with the same index
// key follow each other by their primary key.
func (v *view) position(it item) (string, bool) {
	position, ok := v.keys.position(it)
	if !ok || v.name == "" {
		return position, ok
	}
	base, ok := v.base.position(it)
	return position + base, ok
}

// keyAttributes returns the attributes that say where an item stands.
func (v *view) keyAttributes() []keyAttribute {
	all := v.keys.all()
	for _, a := range v.base.all() {
		if !v.keys.has(a.name) {
			all = append(all, a)
		}
	}
	return all
}

// visible returns what the view holds of an item.
func (v *view) visible(it item) item {
	if v.projected == nil {
		return it
	}
	shown := item{}
	for name, value := range it {
		if v.projected[name] {
			shown[name] = value
		}
	}
	return shown
}

// lookup returns the stored item with the key in key; nil if there is none.
func (t *table) lookup(key item) item {
	position, _ := t.primary.position(key)
	if r := t.primary.rows.get(position); r != nil {
		return r.item
	}
	return nil
}

// store puts an item, whose keys were checked, in place of one with its key.
func (t *table) store(it item) {
	t.remove(it)
	r := t.primary.row(it)
	t.size += r.size
	t.primary.rows.put(r)
	for _, index := range t.indexes {
		// An index that was added later leaves out what it could not hold.
		if r := index.row(it); r != nil && index.checkIndexKeys(it) == nil {
			index.rows.put(r)
		}
	}
}

// remove deletes the item with the key in key, if there is one.
func (t *table) remove(key item) {
	position, _ := t.primary.position(key)
	r := t.primary.rows.get(position)
	if r == nil {
		return
	}
	t.size -= r.size
	t.primary.rows.remove(position)
	for _, index := range t.indexes {
		if position, ok := index.position(r.item); ok {
			index.rows.remove(position)
		}
	}
}

// checkItem checks a normalized item that is to be stored.
func (t *table) checkItem(it item) error {
	if err := t.checkKeys(it); err != nil {
		return err
	}
	for _, index := range t.sortedIndexes() {
		if err := index.checkIndexKeys(it); err != nil {
			return err
		}
	}
	if itemSize(it) > maxItemSize {
		return validation("Item size has exceeded the maximum allowed size")
	}
	return nil
}

// checkKeys checks the primary key attributes of an item.
func (t *table) checkKeys(it item) error {
	for _, a := range t.primary.keys.all() {
		v, ok := it[a.name]
		if !ok {
			return validation("One or more parameter values were invalid: Missing the key %s in the item. One of the required keys was not given a value", a.name)
		}
		if typeName(v) != a.kind {
			return mismatch("One or more parameter values were invalid: Type mismatch for key %s expected: %s actual: %s", a.name, a.kind, typeName(v))
		}
		if err := checkNotEmpty(a, v); err != nil {
			return err
		}
	}
	if t.primary.tooLarge(it) {
		return mismatch("One or more parameter values were invalid: Hash primary key values must be under 2048 bytes, and range primary key values must be under 1024 bytes")
	}
	return nil
}

func checkNotEmpty(a keyAttribute, v value) error {
	if valueSize(v) == 0 {
		kind := map[string]string{"S": "string", "B": "binary"}[a.kind]
		return validation("One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty %s value. Key: %s", kind, a.name)
	}
	return nil
}

// tooLarge reports whether a key attribute of an item exceeds its limit.
func (v *view) tooLarge(it item) bool {
	for _, a := range v.keys.hash {
		if valueSize(it[a.name]) > maxHashKeySize {
			return true
		}
	}
	for _, a := range v.keys.sort {
		if valueSize(it[a.name]) > maxSortKeySize {
			return true
		}
	}
	return false
}

// checkIndexKeys checks those key attributes of an index that an item has.
func (v *view) checkIndexKeys(it item) error {
	for _, a := range v.keys.all() {
		attribute, ok := it[a.name]
		if !ok {
			continue
		}
		if typeName(attribute) != a.kind {
			return mismatch("One or more parameter values were invalid: Type mismatch for Index Key %s Expected: %s Actual: %s IndexName: %s", a.name, a.kind, typeName(attribute), v.name)
		}
		if checkNotEmpty(a, attribute) != nil {
			return validation("One or more parameter values are not valid. A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty value. IndexName: %s, IndexKey: %s", v.name, a.name)
		}
	}
	if v.tooLarge(it) {
		return validation("One or more parameter values were invalid: Size limit exceeded for a key of index %s", v.name)
	}
	return nil
}

// checkKey checks and normalizes the key of a request: the key attributes and
// no others.
func (t *table) checkKey(key item) error {
	if err := normalizeItem(key); err != nil {
		return err
	}
	if len(key) != len(t.primary.keys.all()) {
		return validation("The number of conditions on the keys is invalid: The provided key element does not match the schema")
	}
	for _, a := range t.primary.keys.all() {
		if key[a.name] == nil {
			return validation("The provided key element does not match the schema")
		}
	}
	return t.checkKeys(key)
}
