package client

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Policy says what happens to tables that are not declared. The zero Policy is
// [Refuse].
type Policy struct {
	kind    policyKind
	actions crypto.Actions // to discover by
}

type policyKind int

const (
	refuse policyKind = iota
	passThrough
	discover
)

// Refuse refuses requests about other tables.
func Refuse() Policy { return Policy{} }

// PassThrough leaves requests about other tables and their answers as they are,
// without any protection.
func PassThrough() Policy { return Policy{kind: passThrough} }

// Discover protects every other table by the same actions. Its keys and indexes
// are asked of DescribeTable once, and again when DynamoDB's answers or requests of
// this client show that they may have changed. Primary keys become sign-only; an
// index key that the actions would encrypt is refused.
func Discover(actions crypto.Actions) Policy {
	if actions.PassThrough() {
		return PassThrough()
	}
	actions.Overrides = maps.Clone(actions.Overrides)
	return Policy{kind: discover, actions: actions}
}

// tables knows the tables of a client.
type tables struct {
	encryptor  crypto.ItemEncryptor
	counter    *Counter
	declared   map[string]declaredTable // by plain name
	others     Policy
	discoverer discoverer
}

type declaredTable struct {
	stated    Table
	untouched bool   // there is nothing to do
	ready     *table // nil if untouched, or if the keys are to be discovered
}

func newTables(encryptor crypto.ItemEncryptor, o options) (*tables, error) {
	ts := &tables{encryptor: encryptor, counter: o.counter, declared: map[string]declaredTable{}, others: o.others}
	var faults []error
	for _, stated := range o.tables {
		if err := ts.declare(stated); err != nil {
			faults = append(faults, err)
		}
	}
	return ts, errors.Join(faults...)
}

func (ts *tables) declare(stated Table) error {
	if stated.Name == "" {
		return fmt.Errorf("client: a table has no name: %w", crypto.ErrConfig)
	}
	name, err := tableName(stated.Name)
	if err != nil {
		return err
	}
	if _, twice := ts.declared[name]; twice {
		return fmt.Errorf("client: table %q is declared twice: %w", name, crypto.ErrConfig)
	}
	if stated.PartitionKey == "" && stated.SortKey != "" {
		return fmt.Errorf("client: table %q has a sort key and no partition key: %w", name, crypto.ErrConfig)
	}
	t, err := newTable(ts, stated)
	if err != nil {
		return err
	}
	d := declaredTable{stated: stated, untouched: t == nil}
	if stated.PartitionKey != "" {
		d.ready = t
	}
	ts.declared[name] = d
	return nil
}

// protectNothing reports whether no table can be protected.
func (ts *tables) protectNothing() bool {
	for _, d := range ts.declared {
		if !d.untouched {
			return false
		}
	}
	return ts.others.kind == passThrough
}

// get returns the table that a request names. It is nil for one that is not to
// be touched.
func (ts *tables) get(ctx context.Context, op, parameter, nameOrARN string) (*table, error) {
	name, err := ts.normalize(op, parameter, nameOrARN)
	if err != nil {
		return nil, err
	}
	d, ok := ts.declared[name]
	switch {
	case ok && (d.ready != nil || d.untouched):
		return d.ready, nil
	case ok:
		return ts.discoverer.table(ctx, ts, op, nameOrARN, d.stated)
	case ts.others.kind == passThrough:
		return nil, nil
	case ts.others.kind == discover:
		return ts.discoverer.table(ctx, ts, op, nameOrARN, Table{Name: name, Actions: ts.others.actions})
	}
	return nil, ts.undeclared(op, parameter, name)
}

func (ts *tables) undeclared(op, parameter, name string) error {
	return &RefusedError{Op: op, Table: name, Parameter: parameter, Reason: "the table is not declared",
		Advice: "declare it with client.Tables, or allow others with client.OtherTables"}
}

// protects is get for requests that need no more than the answer, and no key.
func (ts *tables) protects(op, parameter, nameOrARN string) (string, bool, error) {
	name, err := ts.normalize(op, parameter, nameOrARN)
	if err != nil {
		return "", false, err
	}
	if d, ok := ts.declared[name]; ok {
		return name, !d.untouched, nil
	}
	if ts.others.kind == refuse {
		return name, true, ts.undeclared(op, parameter, name)
	}
	return name, ts.others.kind != passThrough, nil
}

// actions returns the actions for a table that is protected, before its keys are
// considered.
func (ts *tables) actions(name string) (crypto.Actions, bool) {
	if d, ok := ts.declared[name]; ok {
		if d.ready != nil {
			return d.ready.actions, true
		}
		return d.stated.Actions, !d.untouched
	}
	return ts.others.actions, ts.others.kind == discover
}

// normalize returns the plain name: the one form for looking up, for signatures
// and for the encryption context of KMS.
func (ts *tables) normalize(op, parameter, nameOrARN string) (string, error) {
	if nameOrARN == "" {
		return "", &RefusedError{Op: op, Parameter: parameter, Reason: "no table is named", Advice: "set " + parameter}
	}
	name, err := tableName(nameOrARN)
	if err != nil {
		return "", &RefusedError{Op: op, Parameter: parameter, Reason: err.Error(), Advice: "use the name or the ARN of the table", err: err}
	}
	return name, nil
}

var validName = regexp.MustCompile(`^[a-zA-Z0-9_.-]{1,255}$`)

// tableName returns the plain name of a table. What is no name could be one that is
// looked up in vain, and still mean a protected table.
func tableName(nameOrARN string) (string, error) {
	name, err := cmp.TableName(nameOrARN)
	if err == nil && !validName.MatchString(name) {
		err = fmt.Errorf("%.*q cannot be the name of a table: %w", maxNameInError, name, crypto.ErrConfig)
	}
	return name, err
}

// index returns an index of a table that a request reads.
func (ts *tables) index(ctx context.Context, op string, t *table, nameOrARN, indexName string) (Index, error) {
	if index, ok := t.indexes[indexName]; ok {
		return index, nil
	}
	for range 2 {
		described, err := ts.discoverer.get(ctx, op, nameOrARN)
		if err != nil {
			return Index{}, err
		}
		for _, index := range described.indexes {
			if index.Name == indexName {
				return index, t.checkIndex(op, index)
			}
		}
		ts.discoverer.forget(t.name, pause) // it may be a new one
	}
	return Index{}, &RefusedError{Op: op, Table: t.name, Parameter: "IndexName", Reason: fmt.Sprintf("the table has no index %.*q", maxNameInError, indexName),
		Advice: "declare the index in client.Table if DescribeTable does not show it"}
}

// checkIndex refuses an index whose keys are stored encrypted.
func (t *table) checkIndex(op string, index Index) error {
	for _, key := range index.Keys {
		if t.actions.Action(key) == crypto.EncryptAndSign {
			return &RefusedError{Op: op, Table: t.name, Parameter: "IndexName", Attribute: key,
				Reason: "it is a key of the index and is encrypted", Advice: "make its action sign, or declare the index in client.Table"}
		}
	}
	return nil
}
