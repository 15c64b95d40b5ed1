package mapper

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper/generated"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// Mapper saves and loads values of the struct type T as encrypted and signed
// items of one table. It is safe for concurrent use.
type Mapper[T any] struct{ core *core }

// core is a mapper without its type parameter: what depends on that is small, as the
// compiler makes a copy of it for every type. Values are pointers to the struct type.
type core struct {
	*plan
	table  string // name or ARN, as requests carry it
	wire   *wire
	sealer crypto.TableEncryptor
	client *client.Client
	// whole is a client that reads whole items where an index has parts of them.
	whole func() *client.Client
	err   error // what is wrong with the table of In
}

// plan is what the mappers of one struct type share, whatever their table.
type plan struct {
	typ       reflect.Type
	db        DynamoDB
	encryptor crypto.ItemEncryptor
	options   options
	model     *tags.Model
	codec     codec
	keys      []keyField
	keyNames  []string // of the attributes of keys
	indexes   map[string]indexKeys
	version   *versionField // nil if the model has none
	previous  []crypto.Actions
	counters  counters
	siblings  *lru.Cache[string, *core] // mappers of In, by table
}

// maxSiblings bounds how many tables of In are remembered.
const maxSiblings = 256

// New returns a mapper for T, a struct with ddbcrypt tags (see package tags).
// Everything that is wrong with the tags, the table or the encryptor is reported
// here, all of it together where possible, as [crypto.ErrConfig]. Nothing is sent.
//
// db must not encrypt by itself.
func New[T any](db DynamoDB, encryptor crypto.ItemEncryptor, list ...Option) (*Mapper[T], error) {
	o := options{now: time.Now, concurrency: defaultConcurrency}
	for _, option := range list {
		if option != nil {
			option.apply(&o)
		}
	}
	t := reflect.TypeFor[T]()
	m, err := newCore(db, encryptor, t, o)
	if err != nil {
		return nil, fmt.Errorf("ddbcrypt: mapper of %s: %w", t, err)
	}
	return &Mapper[T]{m}, nil
}

// defaultConcurrency is how many items of a page or batch are worked on at once.
const defaultConcurrency = 16

func newCore(db DynamoDB, encryptor crypto.ItemEncryptor, t reflect.Type, o options) (*core, error) {
	if db == nil || encryptor == nil {
		return nil, fmt.Errorf("the client or the encryptor is nil: %w", crypto.ErrConfig)
	}
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("a mapper is for a struct type, not a %s: %w", t.Kind(), crypto.ErrConfig)
	}
	p, err := newPlan(db, encryptor, t, o)
	if err != nil {
		return nil, err
	}
	table := o.table
	if table == "" {
		table = p.model.Table()
	}
	if table == "" {
		return nil, fmt.Errorf("no table is named; add a field _ struct{} `ddbcrypt:\"table=NAME\"`, or the option WithTable: %w", crypto.ErrConfig)
	}
	m := &core{plan: p}
	return m, m.use(table)
}

// newPlan reads the model. Its faults are reported together.
func newPlan(db DynamoDB, encryptor crypto.ItemEncryptor, t reflect.Type, o options) (*plan, error) {
	direct := o.generated(t)
	model, err := o.model(t, direct)
	if err != nil {
		return nil, err
	}
	p := &plan{typ: t, db: db, options: o, model: model, codec: newCodec(model, direct, o)}
	var faults [6]error
	p.keys, faults[0] = keyFields(t, model)
	p.indexes, faults[1] = indexFields(t, model)
	p.version, faults[2] = newVersionField(t, model)
	p.encryptor, faults[3] = p.withModel(encryptor, direct)
	if o.now == nil {
		faults[4] = fmt.Errorf("the clock is nil: %w", crypto.ErrConfig)
	}
	faults[5] = p.checkTTL(t)
	if err := errors.Join(faults[:]...); err != nil {
		return nil, err
	}
	for _, key := range p.keys {
		p.keyNames = append(p.keyNames, key.name)
	}
	p.siblings, err = lru.New[string, *core](maxSiblings)
	return p, err
}

// generated returns the generated code for a type, unless an option changes what it
// relies on.
func (o options) generated(t reflect.Type) *generated.Record {
	if o.tagKey != "" || len(o.encoder) > 0 || len(o.decoder) > 0 {
		return nil
	}
	return generated.Lookup(t)
}

func (o options) model(t reflect.Type, direct *generated.Record) (*tags.Model, error) {
	if direct != nil {
		return direct.Model()
	}
	return tags.Of(t, o.tagOptions()...)
}

func (o options) tagOptions() []tags.Option {
	if o.tagKey == "" {
		return nil
	}
	return []tags.Option{tags.WithTagKey(o.tagKey)}
}

// In returns a mapper for the same struct in another table, given by its name or
// ARN; the prefix of [WithTablePrefix] is put before the name. Items are signed under
// that table's name, unless signedas or an option says otherwise. It costs little, and
// less for tables that were used before.
//
//	err := orders.In("orders-2026").Save(ctx, &order)
//
// A name that no table can have is an error of every method of the result.
func (m *Mapper[T]) In(table string) *Mapper[T] { return &Mapper[T]{m.core.in(table)} }

func (m *core) in(table string) *core {
	if known, ok := m.siblings.Get(table); ok {
		return known
	}
	other := &core{plan: m.plan}
	other.err = other.use(table)
	m.siblings.Add(table, other)
	return other
}

// Table returns the name or ARN of the table, prefix included.
func (m *Mapper[T]) Table() string { return m.core.table }

// use makes the parts of a mapper that depend on the table.
func (m *core) use(table string) error {
	m.table = m.options.prefix + table
	if m.options.prefix != "" && strings.HasPrefix(table, "arn:") {
		return fmt.Errorf("table %q is given by its ARN and cannot have the prefix %q: %w", table, m.options.prefix, crypto.ErrConfig)
	}
	name, err := cmp.TableName(m.table)
	if err != nil {
		return err
	}
	stated := client.Table{
		Name: m.table, PartitionKey: m.keys[0].name, Actions: m.model.Actions(),
		SignedAs: m.signedAs(name), Plaintext: m.options.plaintext, Indexes: m.statedIndexes(),
	}
	encryption := m.encryptionContext(name, stated.SignedAs)
	stated.SortKey = encryption.SortKey
	if m.sealer, err = m.encryptor.For(encryption, stated.Actions); err != nil {
		return err
	}
	m.wire = &wire{m.db, stated.Actions, m.sealer.ReservedAttributes()}
	m.client = m.newClient(stated)
	m.whole = sync.OnceValue(func() *client.Client { return m.newClient(stated, client.HydrateIndexes()) })
	return m.client.Err()
}

func (m *core) newClient(stated client.Table, options ...client.Option) *client.Client {
	return client.New(m.wire, m.encryptor, append(options, client.Tables(stated), client.CollectBadItems(),
		client.WithConcurrency(m.options.concurrency), client.WithCounter(&m.counters.plaintext))...)
}

// signedAs returns the name that a table's items are signed under, or "" for its own.
func (p *plan) signedAs(table string) string {
	if name, ok := p.options.signedNames[table]; ok {
		return name
	}
	if p.options.signedName != "" {
		return p.options.signedName
	}
	return p.model.SignedAs()
}

// encryptionContext is the context of a table's items.
func (p *plan) encryptionContext(table, signedAs string) cmp.EncryptionContext {
	encryption := cmp.EncryptionContext{TableName: table, PartitionKey: p.keys[0].name}
	if signedAs != "" {
		encryption.TableName = signedAs
	}
	if len(p.keys) > 1 {
		encryption.SortKey = p.keys[1].name
	}
	return encryption
}

// statedIndexes returns the indexes whose projection the tags state. The client asks
// DescribeTable for others when they are first read.
func (p *plan) statedIndexes() []client.Index {
	var stated []client.Index
	for _, index := range p.model.Indexes() {
		projection, ok := projections[index.Projection]
		if !ok {
			continue
		}
		stated = append(stated, client.Index{Name: index.Name, Keys: append(index.Partition, index.Sort...), Local: index.Local,
			Projection: projection, Attributes: index.Attributes})
	}
	return stated
}

var projections = map[tags.Projection]types.ProjectionType{
	tags.ProjectAll:     types.ProjectionTypeAll,
	tags.ProjectKeys:    types.ProjectionTypeKeysOnly,
	tags.ProjectInclude: types.ProjectionTypeInclude,
}

// newValue returns a pointer to a new struct.
func (p *plan) newValue() any { return reflect.New(p.typ).Interface() }

// pointer returns a value as core takes it: nil without a type if there is none.
func pointer[T any](value *T) any {
	if value == nil {
		return nil
	}
	return value
}

// fail makes err an Error of an operation.
func (m *core) fail(op string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Op: op, Type: m.model.Type(), Table: m.table, Err: restate(err)}
}

// ended returns what stops an operation before it begins.
func (m *core) ended(ctx context.Context) error {
	if m.err != nil {
		return m.err
	}
	return ctx.Err()
}
