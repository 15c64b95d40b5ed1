//go:build interop

package interop

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/dynamodblocal"
	"github.com/ddbcrypt/ddbcrypt/interop/sequence"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// mappers are Java's mapper and ours over the tables of one DynamoDB.
type mappers struct {
	java      *Peer
	endpoint  Endpoint
	db        *dynamodb.Client
	encryptor *crypto.Encryptor
	provider  Provider
}

func startMappers(t *testing.T) *mappers {
	t.Helper()
	m := &mappers{java: startPeer(context.Background(), t, InstallJava), provider: wrappedKeys,
		endpoint: Endpoint{URL: dynamodblocal.Endpoint(t), Region: "us-east-1", AccessKey: "mapper"}}
	m.db = m.endpoint.dynamoDB()
	provider, err := m.provider.provider(role{seals: true, opens: true})
	require.NoError(t, err)
	m.encryptor = crypto.NewEncryptor(provider)
	return m
}

func (m *mappers) newTable(t *testing.T) string {
	t.Helper()
	table, err := sequence.CreateTable(t.Context(), m.db, "accounts-"+rand.Text())
	require.NoError(t, err)
	return table.Name
}

// get returns an item as it is stored.
func (m *mappers) get(t *testing.T, table string, key crypto.Item) crypto.Item {
	t.Helper()
	out, err := m.db.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: keyOf(key)})
	require.NoError(t, err)
	require.NotEmpty(t, out.Item)
	return out.Item
}

func (m *mappers) put(t *testing.T, table string, item crypto.Item) {
	t.Helper()
	_, err := m.db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item})
	require.NoError(t, err)
}

// A side is a mapper for the items of T in one table. Both sides have the errors of ours.
type side[T any] interface {
	Save(ctx context.Context, value *T) error
	Load(ctx context.Context, id string, created int64) (T, error)
	Delete(ctx context.Context, value *T) error
}

// across runs a test in a new table for each way: Java saves objects of a class and Go loads another type, and Go saves the
// type of the one class and Java loads the other class.
func across[W, R any](t *testing.T, m *mappers, written, read string, run func(t *testing.T, table string, writer side[W], reader side[R])) {
	t.Run("Java saves "+written+", Go loads "+read, func(t *testing.T) {
		table := m.newTable(t)
		run(t, table, newJavaSide[W](m, table, written), newOurSide[R](t, m, table))
	})
	t.Run("Go saves "+written+", Java loads "+read, func(t *testing.T) {
		table := m.newTable(t)
		run(t, table, newOurSide[W](t, m, table), newJavaSide[R](m, table, read))
	})
}

// ourSide is our mapper, with the signatures of side.
type ourSide[T any] struct{ mapper *mapper.Mapper[T] }

func newOurSide[T any](t *testing.T, m *mappers, table string) ourSide[T] {
	t.Helper()
	ours, err := mapper.New[T](m.db, m.encryptor, mapper.WithTable(table))
	require.NoError(t, err)
	return ourSide[T]{ours}
}

func (s ourSide[T]) Save(ctx context.Context, value *T) error { return s.mapper.Save(ctx, value) }
func (s ourSide[T]) Load(ctx context.Context, id string, created int64) (T, error) {
	return s.mapper.Load(ctx, id, created)
}
func (s ourSide[T]) Delete(ctx context.Context, value *T) error { return s.mapper.Delete(ctx, value) }

// javaSide is Java's mapper for a class with the properties of T.
type javaSide[T any] struct {
	java    *Peer
	request Request
}

func newJavaSide[T any](m *mappers, table, class string) javaSide[T] {
	return javaSide[T]{m.java, Request{Table: &table, Provider: m.provider,
		Mapped: &Mapped{DynamoDB: m.endpoint, Class: class, SaveBehavior: "PUT", Schema: "V2"}}}
}

// with returns the side with another configuration.
func (s javaSide[T]) with(change func(*Mapped)) javaSide[T] {
	mapped := *s.request.Mapped
	change(&mapped)
	s.request.Mapped = &mapped
	return s
}

// Save also sets the fields of value to what Java has afterwards.
func (s javaSide[T]) Save(ctx context.Context, value *T) error {
	saved, err := s.do(ctx, OpMapperSave, value)
	if err == nil {
		*value = saved[0]
	}
	return err
}

func (s javaSide[T]) Load(ctx context.Context, id string, created int64) (T, error) {
	loaded, err := s.do(ctx, OpMapperLoad, tableKeys{id, created})
	if err == nil && len(loaded) == 0 {
		err = mapper.ErrNotFound
	}
	if err != nil {
		var none T
		return none, err
	}
	return loaded[0], nil
}

func (s javaSide[T]) Delete(ctx context.Context, value *T) error {
	_, err := s.do(ctx, OpMapperDelete, value)
	return err
}

func (s javaSide[T]) do(ctx context.Context, op string, object any) ([]T, error) {
	s = s.with(func(m *Mapped) { m.Object = json.RawMessage(mustMarshal(object)) })
	s.request.Op = op
	texts, err := s.java.Map(ctx, s.request)
	if err != nil {
		return nil, javaError(err)
	}
	objects := make([]T, len(texts))
	for i, text := range texts {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&objects[i]); err != nil {
			return nil, err
		}
	}
	return objects, nil
}

// ourErrors are the errors that mean the same as an exception of Java.
var ourErrors = map[string]error{
	"ConditionalCheckFailedException":  mapper.ErrVersionConflict,
	"java.security.SignatureException": crypto.ErrSignature,
}

func javaError(err error) error {
	var refused *PeerError
	if errors.As(err, &refused) {
		for exception, ours := range ourErrors {
			if strings.Contains(refused.Message, exception) {
				return fmt.Errorf("%w: %w", ours, err)
			}
		}
	}
	return err
}
