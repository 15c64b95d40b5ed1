package client

import (
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Table declares a protected table.
type Table struct {
	// Name is the name or the ARN of the table. Requests may use either.
	Name string
	// PartitionKey and SortKey are the attributes of the primary key. They are
	// sign-only unless Actions say DoNothing of them by name, as is the case for
	// tables that the Python client writes with that default: such items can be
	// moved to other keys. They have to be right: a sort key that is left out is
	// encrypted like any other attribute. If PartitionKey is empty, keys and indexes
	// are asked of DescribeTable when the table is first used, and index keys that
	// would be encrypted are refused.
	PartitionKey, SortKey string
	// Indexes are the secondary indexes. Keys of theirs that would be encrypted by
	// default become sign-only. An index
	// that is not declared here is asked of DescribeTable when it is first read; until
	// then nothing is known of its keys.
	Indexes []Index
	// Actions are the actions for the attributes. If they are DoNothing for
	// everything, the table is not touched at all.
	Actions crypto.Actions
	// SignedAs is the table name that items are signed under, if it is not that of
	// the table: for tables that were renamed or restored from a backup.
	SignedAs string
	// Plaintext says what happens to items without protection.
	Plaintext PlaintextPolicy
}

// Index is a secondary index of a table.
type Index struct {
	Name string
	// Keys are the attributes of its partition key and its sort key.
	Keys []string
	// Local is true for a local secondary index: DynamoDB reads what it lacks from
	// the table.
	Local bool
	// Projection is which attributes the index holds; empty means ALL.
	Projection types.ProjectionType
	// Attributes are those that an index with the projection INCLUDE holds beside
	// the keys.
	Attributes []string
}

// clone returns a copy that shares nothing with the caller.
func (t Table) clone() Table {
	t.Actions.Overrides = maps.Clone(t.Actions.Overrides)
	t.Indexes = slices.Clone(t.Indexes)
	for i := range t.Indexes {
		t.Indexes[i].Keys = slices.Clone(t.Indexes[i].Keys)
		t.Indexes[i].Attributes = slices.Clone(t.Indexes[i].Attributes)
	}
	return t
}

// table is a table as it is used: with keys, checked.
type table struct {
	name      string   // plain
	keys      []string // partition key, sort key
	actions   crypto.Actions
	encryptor crypto.TableEncryptor
	reserved  []string // the first one holds the signature
	plaintext PlaintextPolicy
	indexes   map[string]Index
	owner     *tables
	only      []*table // this one, for requests about no other
}

// newTable checks a declared or described table. It returns nil if there is
// nothing to do for it.
func newTable(owner *tables, stated Table) (*table, error) {
	name, err := cmp.TableName(stated.Name)
	if err != nil {
		return nil, err
	}
	if stated.Actions.PassThrough() {
		return nil, nil
	}
	if stated.Plaintext < ForbidPlaintext || stated.Plaintext > InsecureReadWritePlaintext {
		return nil, fmt.Errorf("client: table %q: plaintext policy %d is unknown: %w", name, stated.Plaintext, crypto.ErrConfig)
	}
	t := &table{name: name, keys: []string{stated.PartitionKey}, plaintext: stated.Plaintext, indexes: map[string]Index{}, owner: owner}
	if stated.SortKey != "" {
		t.keys = append(t.keys, stated.SortKey)
	}
	for _, key := range t.keys {
		if action, ok := stated.Actions.Overrides[key]; ok && action == crypto.EncryptAndSign {
			return nil, fmt.Errorf("client: table %q: key attribute %q cannot be encrypted; make its action sign: %w", name, key, crypto.ErrConfig)
		}
	}
	if t.actions, err = stated.Actions.WithIndexKeys(t.keys...); err != nil {
		return nil, fmt.Errorf("client: table %q: %w", name, err)
	}
	for _, key := range t.keys {
		if _, stated := stated.Actions.Overrides[key]; !stated {
			t.actions.Overrides[key] = crypto.SignOnly // also if the default is DoNothing: an item must not move
		}
	}
	for _, index := range stated.Indexes {
		if index.Name == "" {
			return nil, fmt.Errorf("client: table %q: an index has no name: %w", name, crypto.ErrConfig)
		}
		if _, twice := t.indexes[index.Name]; twice {
			return nil, fmt.Errorf("client: table %q: index %q is declared twice: %w", name, index.Name, crypto.ErrConfig)
		}
		if t.actions, err = t.actions.WithIndexKeys(index.Keys...); err != nil {
			return nil, fmt.Errorf("client: table %q: index %q: %w", name, index.Name, err)
		}
		t.indexes[index.Name] = index
	}
	encryption := cmp.EncryptionContext{TableName: name, PartitionKey: stated.PartitionKey, SortKey: stated.SortKey}
	if stated.SignedAs != "" {
		encryption.TableName = stated.SignedAs
	}
	if t.encryptor, err = owner.encryptor.For(encryption, t.actions); err != nil {
		return nil, fmt.Errorf("client: table %q: %w", name, err)
	}
	t.reserved = t.encryptor.ReservedAttributes()
	if len(t.reserved) == 0 {
		return nil, fmt.Errorf("client: table %q: the item encryptor names no signature attribute: %w", name, crypto.ErrConfig)
	}
	t.only = []*table{t}
	return t, nil
}

func (t *table) signature() string { return t.reserved[0] }

func (t *table) isReserved(attribute string) bool { return slices.Contains(t.reserved, attribute) }

func (t *table) isKey(attribute string) bool { return slices.Contains(t.keys, attribute) }

// isPlaintext reports whether an item has no trace of protection.
func (t *table) isPlaintext(item crypto.Item) bool {
	for _, name := range t.reserved {
		if _, ok := item[name]; ok {
			return false
		}
	}
	return true
}

// covered reports whether an item of which only these attributes are known can be
// verified: none that could be signed is missing. The reserved attributes are not
// counted.
func (t *table) covered(attributes []string) bool {
	if t.actions.Default != crypto.DoNothing {
		return false // there may be signed attributes that nobody named
	}
	for name, action := range t.actions.Overrides {
		if action != crypto.DoNothing && !slices.Contains(attributes, name) {
			return false
		}
	}
	return true
}

// coveredBy reports whether whole items, or enough of them, can be read from an
// index.
func (t *table) coveredBy(index Index) bool {
	if index.Projection == "" || index.Projection == types.ProjectionTypeAll {
		return true
	}
	held := slices.Concat(t.keys, index.Keys, index.Attributes)
	for _, name := range t.reserved {
		if !slices.Contains(held, name) {
			return false
		}
	}
	return t.covered(held)
}
