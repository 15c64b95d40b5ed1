package mapper_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

func init() {
	suite["plaintext is refused, unless a policy lets it be read, and written"] = func(t *testing.T, w *world) {
		forbidding := createMapper[note](t, w)
		reading := openMapper[note](t, w, mapper.WithPlaintext(client.InsecureReadPlaintext))
		writing := openMapper[note](t, w, mapper.WithPlaintext(client.InsecureReadWritePlaintext))
		plaintext := crypto.Item{"id": str("a"), "text": str("hello")}
		w.plant(t, "notes", plaintext)

		_, err := forbidding.Load(t.Context(), "a")
		requireClass(t, err, "Load", crypto.ErrNotEncrypted)
		requireClass(t, firstError(forbidding.Scan(t.Context())), "Scan", crypto.ErrNotEncrypted)
		require.Equal(t, mapper.Counters{}, forbidding.Counters())

		a, err := reading.Load(t.Context(), "a")
		require.NoError(t, err)
		require.Equal(t, note{ID: "a", Text: "hello"}, a)
		require.NoError(t, firstError(reading.Scan(t.Context())))
		require.Equal(t, mapper.Counters{PlaintextRead: 2}, reading.Counters())

		require.NoError(t, writing.Save(t.Context(), &a))
		require.NoError(t, writing.SaveMany(t.Context(), []*note{&a}))
		require.Equal(t, []crypto.Item{plaintext}, w.stored(t, "notes"))
		require.Equal(t, mapper.Counters{PlaintextWritten: 2}, writing.Counters())

		require.NoError(t, reading.In("notes").Save(t.Context(), &a))
		require.IsType(t, bin(), w.stored(t, "notes")[0]["text"])
		require.Equal(t, mapper.Counters{PlaintextRead: 2}, reading.Counters())
		for _, m := range []*mapper.Mapper[note]{forbidding, reading, writing} {
			got, err := m.Load(t.Context(), "a")
			require.NoError(t, err)
			require.Equal(t, a, got)
		}
		// Half of the protection is none that a policy lets through.
		w.plant(t, "notes", with(w.stored(t, "notes")[0], "*amzn-ddb-map-sig*", nil))
		_, err = reading.Load(t.Context(), "a")
		requireClass(t, err, "Load", crypto.ErrNotEncrypted)
	}
	suite["Modify protects what was plaintext, if nobody changed it meanwhile"] = func(t *testing.T, w *world) {
		reading := createMapper[note](t, w, mapper.WithPlaintext(client.InsecureReadPlaintext))
		w.plant(t, "notes", crypto.Item{"id": str("a"), "text": str("hello"), "unknown": str("x")})
		calls := 0
		a, err := reading.Modify(t.Context(), mapper.Key{"a"}, func(n *note) error {
			if calls++; calls == 1 {
				w.plant(t, "notes", crypto.Item{"id": str("a"), "text": str("changed"), "unknown": str("x")})
			}
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, note{ID: "a", Text: "changed"}, a)
		require.Equal(t, 2, calls)
		stored := w.stored(t, "notes")[0]
		require.IsType(t, bin(), stored["text"])
		require.Equal(t, str("x"), stored["unknown"])
		_, err = openMapper[note](t, w).Load(t.Context(), "a")
		require.NoError(t, err)
	}
	suite["a plaintext table is protected while programs run"] = func(t *testing.T, w *world) {
		writing := createMapper[planSigned](t, w, mapper.WithPlaintext(client.InsecureReadWritePlaintext))
		reading := openMapper[planSigned](t, w, mapper.WithPlaintext(client.InsecureReadPlaintext))
		forbidding := openMapper[planSigned](t, w)
		r := newRollout(t, writing) // plaintext items
		unprotected := unprotectedProgram(r, w, writing.Table())
		writingP, readingP, forbiddingP := program(r, writing), program(r, reading), program(r, forbidding)

		r.live("the programs learn to read protected items", unprotected, writingP)
		for _, err := range forbidding.Scan(t.Context()) {
			requireClass(t, err, "Scan", crypto.ErrNotEncrypted)
		}
		r.live("the programs begin to protect items", writingP, readingP)
		stale := itemOf[planSigned](r, "stale")
		require.NoError(t, writing.Save(t.Context(), stale))
		r.live("every item is protected", readingP, func(ctx context.Context, n int) error {
			if n > 1 {
				return nil
			}
			return rewrite(ctx, reading, keyOfMember[planSigned])
		})
		before := reading.Counters().PlaintextRead
		require.Positive(t, before)
		require.NoError(t, scan(t.Context(), r.known(), reading))
		require.Equal(t, before, reading.Counters().PlaintextRead, "none is left")
		r.live("plaintext is forbidden", readingP, forbiddingP)
		finished(r, forbidding)
		require.Zero(t, reading.Counters().PlaintextWritten)
	}
}

// unprotectedProgram is a program without this library.
func unprotectedProgram(r *rollout, w *world, table string) process {
	return func(ctx context.Context, n int) error {
		known := r.known()
		read, err := w.plain.GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, ConsistentRead: aws.Bool(true), Key: crypto.Item{"id": str(memberID(n))}})
		if err != nil {
			return err
		}
		var value planSigned
		if err := errors.Join(attributevalue.UnmarshalMap(read.Item, &value), check(known, &value)); err != nil {
			return err
		}
		r.change(&value)
		value.Version++
		item, err := attributevalue.MarshalMap(&value)
		if err != nil {
			return err
		}
		_, err = w.plain.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: item, ConditionExpression: aws.String("version = :v"),
			ExpressionAttributeValues: crypto.Item{":v": read.Item["version"]}})
		if _, conflict := errors.AsType[*types.ConditionalCheckFailedException](err); conflict {
			return nil
		}
		if err == nil {
			r.wrote(&value)
		}
		return err
	}
}
