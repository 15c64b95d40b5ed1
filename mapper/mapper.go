package mapper

import (
	"context"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

// DynamoDB is what a Mapper asks of a client. *dynamodb.Client implements it.
type DynamoDB interface {
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
}

var _ DynamoDB = (*dynamodb.Client)(nil)

// Mapper saves and loads values of the struct type T as encrypted and signed
// items of one table. It is safe for concurrent use.
type Mapper[T any] struct {
	db        DynamoDB
	table     string // name or ARN, as requests carry it
	encryptor crypto.TableEncryptor
	model     *tags.Model
	codec     codec
	keys      []keyField
	version   *versionField // nil if the model has none
}

// New returns a mapper for T, a struct with ddbcrypt tags (see package tags).
// Everything that is wrong with the tags, the table or the encryptor is reported
// here, all of it together where possible, as [crypto.ErrConfig].
func New[T any](db DynamoDB, encryptor crypto.ItemEncryptor, list ...Option) (*Mapper[T], error) {
	var o options
	for _, option := range list {
		option.apply(&o)
	}
	t := reflect.TypeFor[T]()
	m, err := newMapper[T](db, encryptor, t, o)
	if err != nil {
		return nil, fmt.Errorf("ddbcrypt: mapper of %s: %w", t, err)
	}
	return m, nil
}

func newMapper[T any](db DynamoDB, encryptor crypto.ItemEncryptor, t reflect.Type, o options) (*Mapper[T], error) {
	if db == nil || encryptor == nil {
		return nil, fmt.Errorf("the client or the encryptor is nil: %w", crypto.ErrConfig)
	}
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("a mapper is for a struct type, not a %s: %w", t.Kind(), crypto.ErrConfig)
	}
	var tagOptions []tags.Option
	if o.tagKey != "" {
		tagOptions = append(tagOptions, tags.WithTagKey(o.tagKey))
	}
	model, err := tags.Of(t, tagOptions...)
	if err != nil {
		return nil, err
	}
	m := &Mapper[T]{db: db, table: o.table, model: model, codec: codec{model, o.tagKey}}
	if m.table == "" {
		m.table = model.Table()
	}
	if m.keys, err = keyFields(t, model); err != nil {
		return nil, err
	}
	if m.version, err = newVersionField(model); err != nil {
		return nil, err
	}
	encryption, err := m.context()
	if err != nil {
		return nil, err
	}
	m.encryptor, err = encryptor.For(encryption, model.Actions())
	return m, err
}

// context is the encryption context of the table's items.
func (m *Mapper[T]) context() (cmp.EncryptionContext, error) {
	if m.table == "" {
		return cmp.EncryptionContext{}, fmt.Errorf("no table is named; add a field _ struct{} `ddbcrypt:\"table=NAME\"`, or the option WithTable: %w", crypto.ErrConfig)
	}
	encryption := cmp.EncryptionContext{TableName: m.table, PartitionKey: m.keys[0].name}
	if signedAs := m.model.SignedAs(); signedAs != "" {
		encryption.TableName = signedAs
	}
	if len(m.keys) > 1 {
		encryption.SortKey = m.keys[1].name
	}
	return encryption, nil
}

// fail makes err an Error of an operation.
func (m *Mapper[T]) fail(op string, err error) error {
	return &Error{Op: op, Type: m.model.Type(), Table: m.table, Err: err}
}
