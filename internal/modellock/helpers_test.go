package modellock_test

import (
	"context"
	"reflect"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/modellock"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// stateOf is the state of a struct.
func stateOf[T any]() modellock.State {
	return modellock.FromModel(must(tags.Of(reflect.TypeFor[T]())))
}

// users is what most tests begin with.
type users struct {
	_       struct{} `ddbcrypt:"table=users,retired=fax:encrypt"`
	ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
	Email   string   `dynamodbav:"email"`
	Plan    string   `dynamodbav:"plan" ddbcrypt:"sign,index"`
	Views   int64    `dynamodbav:"views" ddbcrypt:"none"`
	Expires int64    `dynamodbav:"expires" ddbcrypt:"ttl"`
	Version int64    `dynamodbav:"version" ddbcrypt:"version"`
}

// changed is the state of users with some changes.
func changed(changes ...func(*modellock.State)) modellock.State {
	s := stateOf[users]()
	for _, change := range changes {
		change(&s)
	}
	return s
}

func set(name string, action crypto.Action) func(*modellock.State) {
	return func(s *modellock.State) { s.Attributes[name] = modellock.Attribute{Action: action} }
}

func retire(name string, action crypto.Action) func(*modellock.State) {
	return func(s *modellock.State) {
		s.Attributes[name] = modellock.Attribute{Action: action, Retired: true}
	}
}

func remove(names ...string) func(*modellock.State) {
	return func(s *modellock.State) {
		for _, name := range names {
			delete(s.Attributes, name)
		}
	}
}

func policy(word string) func(*modellock.State) {
	return func(s *modellock.State) { s.Unknown = word }
}

func tables(table, signedAs string) func(*modellock.State) {
	return func(s *modellock.State) { s.Table, s.SignedAs = table, signedAs }
}

func keys(partition, sort string) func(*modellock.State) {
	return func(s *modellock.State) { s.PartitionKey, s.SortKey = partition, sort }
}

var provider = func() cmp.Provider {
	key := make([]byte, 32)
	return must(cmp.NewStatic(cmp.StaticKeys{Encryption: must(cmp.NewAESKey(key)), Signing: must(cmp.NewHMACKey("HmacSHA256", key))}))
}()

// sealing seals and opens items as the programs of a state do.
func sealing(s modellock.State, previous ...crypto.Actions) crypto.TableEncryptor {
	name := s.SignedAs
	if name == "" {
		name = s.Table
	}
	encryption := cmp.EncryptionContext{TableName: name, PartitionKey: s.PartitionKey, SortKey: s.SortKey}
	return must(crypto.NewEncryptor(provider).ForHistory(encryption, s.Actions(), previous, nil))
}

// reads returns why programs of one state do not read an item that those of the
// other have sealed, or nil.
func reads(sealed, read modellock.State, item crypto.Item, previous ...crypto.Actions) error {
	ctx := context.Background()
	stored := must(sealing(sealed).EncryptItem(ctx, item))
	_, err := sealing(read, previous...).DecryptItem(ctx, stored)
	return err
}
