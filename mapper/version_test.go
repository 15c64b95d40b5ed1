package mapper_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// versioned has a version of any type.
type versioned[V any] struct {
	_       struct{} `ddbcrypt:"table=things"`
	ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
	Secret  string   `dynamodbav:"secret"`
	Version V        `dynamodbav:"version" ddbcrypt:"version"`
}

type integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

type revision uint16

func newThings[T any](t testing.TB) (*memdb.DB, *mapper.Mapper[T]) {
	t.Helper()
	db := newDB(t, "things", "id", "S")
	return db, newMapper[T](t, db.Client())
}

func TestVersionsOfEveryIntegerType(t *testing.T) {
	testVersions[int](t, math.MaxInt)
	testVersions[int8](t, math.MaxInt8)
	testVersions[int16](t, math.MaxInt16)
	testVersions[int32](t, math.MaxInt32)
	testVersions[int64](t, math.MaxInt64)
	testVersions(t, uint(min(uint64(math.MaxUint), math.MaxInt64)))
	testVersions[uint8](t, math.MaxUint8)
	testVersions[uint16](t, math.MaxUint16)
	testVersions[uint32](t, math.MaxUint32)
	testVersions[uint64](t, math.MaxInt64)
	testVersions[revision](t, math.MaxUint16)
}

func testVersions[V integer](t *testing.T, limit V) {
	name := reflect.TypeFor[V]().String()
	t.Run(name+" counts up", func(t *testing.T) {
		db, things := newThings[versioned[V]](t)
		thing := versioned[V]{ID: "x"}
		for want := V(1); want <= 3; want++ {
			require.NoError(t, things.Save(t.Context(), &thing))
			assert.Equal(t, want, thing.Version)
			loaded, err := things.Load(t.Context(), "x")
			require.NoError(t, err)
			assert.Equal(t, thing, loaded)
		}
		assert.Equal(t, num("3"), theItem(t, db, "things")["version"])
		stale := versioned[V]{ID: "x", Version: 2}
		require.ErrorIs(t, things.Save(t.Context(), &stale), mapper.ErrVersionConflict)
		assert.Equal(t, V(2), stale.Version)
	})
	t.Run("pointer to "+name+" counts up", func(t *testing.T) {
		_, things := newThings[versioned[*V]](t)
		thing := versioned[*V]{ID: "x"}
		for want := V(1); want <= 3; want++ {
			before, old := thing.Version, V(0)
			if before != nil {
				old = *before
			}
			require.NoError(t, things.Save(t.Context(), &thing))
			assert.Equal(t, want, *thing.Version)
			if before != nil {
				assert.Equal(t, old, *before, "the variable that was pointed to before is left alone")
			}
		}
		stale := versioned[*V]{ID: "x"}
		require.ErrorIs(t, things.Save(t.Context(), &stale), mapper.ErrVersionConflict)
		assert.Nil(t, stale.Version)
	})
	t.Run(name+" stops at its limit", func(t *testing.T) {
		client := &recorder{DynamoDB: silent}
		things := newMapper[versioned[V]](t, client)
		thing := versioned[V]{ID: "x", Version: limit}
		for _, options := range [][]mapper.SaveOption{nil, {mapper.Clobber()}} {
			err := things.Save(t.Context(), &thing, options...)
			requireClass(t, err, "Save", crypto.ErrConfig)
			assert.ErrorContains(t, err, "Version")
			assert.NotContains(t, err.Error(), strconv.FormatUint(uint64(limit), 10))
		}
		assert.Equal(t, limit, thing.Version)
		assert.Zero(t, client.requests())

		db, kept := newThings[versioned[V]](t)
		last := versioned[V]{ID: "x", Version: limit - 1}
		require.NoError(t, kept.Save(t.Context(), &last, mapper.Clobber()))
		assert.Equal(t, limit, last.Version)
		assert.Equal(t, num(strconv.FormatUint(uint64(limit), 10)), theItem(t, db, "things")["version"])
		loaded, err := kept.Load(t.Context(), "x")
		require.NoError(t, err)
		assert.Equal(t, last, loaded)
		require.NoError(t, kept.Delete(t.Context(), &loaded))
	})
}

func TestVersionsOutOfRange(t *testing.T) {
	t.Run("a negative version is refused", func(t *testing.T) {
		_, things := newThings[versioned[int64]](t)
		thing := versioned[int64]{ID: "x", Version: -1}
		requireClass(t, things.Save(t.Context(), &thing), "Save", crypto.ErrConfig)
		assert.Equal(t, int64(-1), thing.Version)
	})
	t.Run("a version above the signed range is refused", func(t *testing.T) {
		_, things := newThings[versioned[uint64]](t)
		thing := versioned[uint64]{ID: "x", Version: math.MaxUint64}
		requireClass(t, things.Save(t.Context(), &thing), "Save", crypto.ErrConfig)
		requireClass(t, things.Delete(t.Context(), &thing), "Delete", crypto.ErrConfig)
	})
}

func TestVersionConditions(t *testing.T) {
	db := newDB(t, "things", "id", "S")
	client := &recorder{DynamoDB: db.Client()}
	things := newMapper[versioned[int64]](t, client)
	thing := versioned[int64]{ID: "x"}
	require.NoError(t, things.Save(t.Context(), &thing))
	require.NoError(t, things.Save(t.Context(), &thing))
	require.NoError(t, things.Save(t.Context(), &thing, mapper.Clobber()))

	names := map[string]string{"#version": "version"}
	assert.Equal(t, "attribute_not_exists(#version)", *client.puts[0].ConditionExpression)
	assert.Equal(t, names, client.puts[0].ExpressionAttributeNames)
	assert.Empty(t, client.puts[0].ExpressionAttributeValues)
	assert.Equal(t, "#version = :version", *client.puts[1].ConditionExpression)
	assert.Equal(t, names, client.puts[1].ExpressionAttributeNames)
	assert.Equal(t, crypto.Item{":version": num("1")}, client.puts[1].ExpressionAttributeValues)
	assert.Nil(t, client.puts[2].ConditionExpression)
	assert.Empty(t, client.puts[2].ExpressionAttributeNames)
	assert.Empty(t, client.puts[2].ExpressionAttributeValues)
	assert.Equal(t, int64(3), thing.Version)
}

func TestFirstSave(t *testing.T) {
	t.Run("conflicts with an item that has a version", func(t *testing.T) {
		_, things := newThings[versioned[int]](t)
		require.NoError(t, things.Save(t.Context(), &versioned[int]{ID: "x"}))
		second := versioned[int]{ID: "x"}
		require.ErrorIs(t, things.Save(t.Context(), &second), mapper.ErrVersionConflict)
		assert.Zero(t, second.Version)
	})
	t.Run("replaces an item that has none", func(t *testing.T) {
		db, things := newThings[versioned[int]](t)
		require.NoError(t, db.Replace("things", crypto.Item{"id": str("x")}))
		require.NoError(t, things.Save(t.Context(), &versioned[int]{ID: "x"}))
	})
	t.Run("with a pointer to zero wants a stored zero", func(t *testing.T) {
		db, things := newThings[versioned[*int]](t)
		thing := versioned[*int]{ID: "x", Version: new(int)}
		require.ErrorIs(t, things.Save(t.Context(), &thing), mapper.ErrVersionConflict)
		require.NoError(t, db.Replace("things", crypto.Item{"id": str("x"), "version": num("0")}))
		require.NoError(t, things.Save(t.Context(), &thing))
		assert.Equal(t, 1, *thing.Version)
	})
	t.Run("of a deleted item conflicts", func(t *testing.T) {
		_, things := newThings[versioned[int]](t)
		thing := versioned[int]{ID: "x"}
		require.NoError(t, things.Save(t.Context(), &thing))
		require.NoError(t, things.Delete(t.Context(), &thing))
		require.ErrorIs(t, things.Save(t.Context(), &thing), mapper.ErrVersionConflict)
		assert.Equal(t, 1, thing.Version)
	})
}

func TestConflicts(t *testing.T) {
	_, things := newThings[versioned[int]](t)
	thing := versioned[int]{ID: "x", Secret: "first"}
	require.NoError(t, things.Save(t.Context(), &thing))
	mine, theirs := thing, thing
	theirs.Secret = "theirs"
	require.NoError(t, things.Save(t.Context(), &theirs))

	mine.Secret = "mine"
	err := things.Save(t.Context(), &mine)
	t.Run("are an ErrVersionConflict around the error of the SDK", func(t *testing.T) {
		require.ErrorIs(t, err, mapper.ErrVersionConflict)
		var failed *types.ConditionalCheckFailedException
		require.ErrorAs(t, err, &failed)
		var e *mapper.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, "Save", e.Op)
		assert.Equal(t, "things", e.Table)
	})
	t.Run("write nothing and leave the version", func(t *testing.T) {
		assert.Equal(t, 1, mine.Version)
		stored, err := things.Load(t.Context(), "x")
		require.NoError(t, err)
		assert.Equal(t, theirs, stored)
	})
	t.Run("do not stop Clobber", func(t *testing.T) {
		require.NoError(t, things.Save(t.Context(), &mine, mapper.Clobber()))
		assert.Equal(t, 2, mine.Version)
		stored, err := things.Load(t.Context(), "x")
		require.NoError(t, err)
		assert.Equal(t, mine, stored)
	})
	t.Run("are solved by loading again", func(t *testing.T) {
		fresh, err := things.Load(t.Context(), "x", mapper.Consistent())
		require.NoError(t, err)
		require.NoError(t, things.Save(t.Context(), &fresh))
	})
}

func TestOneOfManySaversWins(t *testing.T) {
	_, things := newThings[versioned[int]](t)
	first := versioned[int]{ID: "x"}
	require.NoError(t, things.Save(t.Context(), &first))
	for round := range 10 {
		loaded, err := things.Load(t.Context(), "x", mapper.Consistent())
		require.NoError(t, err)
		var wins atomic.Int32
		var wg sync.WaitGroup
		for i := range 16 {
			mine := loaded
			mine.Secret = fmt.Sprint(round, i)
			wg.Go(func() {
				err := things.Save(t.Context(), &mine)
				if err == nil {
					wins.Add(1)
					assert.Equal(t, loaded.Version+1, mine.Version)
					return
				}
				assert.ErrorIs(t, err, mapper.ErrVersionConflict)
				assert.Equal(t, loaded.Version, mine.Version)
			})
		}
		wg.Wait()
		require.Equal(t, int32(1), wins.Load(), "round %d", round)
	}
}

func TestFailuresLeaveTheVersion(t *testing.T) {
	db := newDB(t, "things", "id", "S")
	errNetwork := errors.New("connection reset")
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	keyless := must(mapper.New[versioned[int]](db.Client(), crypto.NewEncryptor(keyless{errors.New("no key today")})))
	tests := map[string]struct {
		ctx    context.Context
		mapper *mapper.Mapper[versioned[int]]
		want   error
	}{
		"a broken network":      {t.Context(), newMapper[versioned[int]](t, db.Client(throughTransport(broken{errNetwork}))), errNetwork},
		"a failing client":      {t.Context(), newMapper[versioned[int]](t, failing{errNetwork}), errNetwork},
		"a cancelled context":   {cancelled, newMapper[versioned[int]](t, db.Client()), context.Canceled},
		"a provider of no keys": {t.Context(), keyless, crypto.ErrKeyUnavailable},
		"a missing table":       {t.Context(), newMapper[versioned[int]](t, db.Client(), mapper.WithTable("elsewhere")), nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for _, options := range [][]mapper.SaveOption{nil, {mapper.Clobber()}} {
				thing := versioned[int]{ID: "x", Secret: "CANARY", Version: 4}
				err := test.mapper.Save(test.ctx, &thing, options...)
				require.Error(t, err)
				if test.want != nil {
					require.ErrorIs(t, err, test.want)
				}
				assert.NotErrorIs(t, err, mapper.ErrVersionConflict)
				assert.Equal(t, versioned[int]{ID: "x", Secret: "CANARY", Version: 4}, thing)
			}
		})
	}
	assert.Empty(t, db.Items("things"))
}

type Audit struct {
	Version uint32 `dynamodbav:"version" ddbcrypt:"version"`
	Author  string `dynamodbav:"author"`
}

func TestEmbeddedVersions(t *testing.T) {
	type byValue struct {
		_  struct{} `ddbcrypt:"table=things"`
		ID string   `dynamodbav:"id" ddbcrypt:"partition"`
		Audit
	}
	type byPointer struct {
		_  struct{} `ddbcrypt:"table=things"`
		ID string   `dynamodbav:"id" ddbcrypt:"partition"`
		*Audit
	}
	t.Run("move in an embedded struct", func(t *testing.T) {
		_, things := newThings[byValue](t)
		thing := byValue{ID: "x", Audit: Audit{Author: "a"}}
		for want := range uint32(2) {
			require.NoError(t, things.Save(t.Context(), &thing))
			assert.Equal(t, want+1, thing.Version)
		}
		loaded, err := things.Load(t.Context(), "x")
		require.NoError(t, err)
		assert.Equal(t, thing, loaded)
	})
	t.Run("make room in an embedded pointer that is nil", func(t *testing.T) {
		_, things := newThings[byPointer](t)
		thing := byPointer{ID: "x"}
		for want := range uint32(2) {
			require.NoError(t, things.Save(t.Context(), &thing))
			assert.Equal(t, want+1, thing.Version)
		}
		loaded, err := things.Load(t.Context(), "x")
		require.NoError(t, err)
		assert.Equal(t, thing, loaded)
		require.NoError(t, things.Delete(t.Context(), &loaded))
	})
	t.Run("make no room if Save fails", func(t *testing.T) {
		thing := byPointer{ID: "x"}
		require.Error(t, newMapper[byPointer](t, failing{errors.New("no")}).Save(t.Context(), &thing))
		assert.Nil(t, thing.Audit)
	})
}

func TestOmittedVersionIsStored(t *testing.T) {
	type omitting struct {
		_       struct{} `ddbcrypt:"table=things"`
		ID      string   `dynamodbav:"id" ddbcrypt:"partition"`
		Version int      `dynamodbav:"version,omitempty" ddbcrypt:"version"`
	}
	db, things := newThings[omitting](t)
	require.NoError(t, things.Save(t.Context(), &omitting{ID: "x"}))
	assert.Equal(t, num("1"), theItem(t, db, "things")["version"])
}

// losing is a client of which the first answer to a put is lost: the SDK would ask
// again.
type losing struct{ mapper.DynamoDB }

func (l losing) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	if _, err := l.DynamoDB.PutItem(ctx, in, o...); err != nil {
		return nil, err
	}
	return l.DynamoDB.PutItem(ctx, in, o...)
}

// counter is signed only: under a static provider its signature is the same for
// the same content.
type counter struct {
	_       struct{} `ddbcrypt:"table=counters,default=sign"`
	ID      string   `ddbcrypt:"partition"`
	Count   int
	Version int `ddbcrypt:"version"`
}

func TestOfTwoWhoWriteTheSameOneWins(t *testing.T) {
	ctx := t.Context()
	counters := newMapper[counter](t, newDB(t, "counters", "ID", "S").Client())
	first := counter{ID: "a"}
	require.NoError(t, counters.Save(ctx, &first))
	second := first
	first.Count++
	second.Count++
	require.NoError(t, counters.Save(ctx, &first))
	require.ErrorIs(t, counters.Save(ctx, &second), mapper.ErrVersionConflict)
	require.Equal(t, 1, second.Version)
}

func TestALostAnswerIsNoConflict(t *testing.T) {
	ctx := t.Context()
	db, plain := newUsers(t)
	users := newMapper[user](t, losing{db.Client()})
	u := alice()
	require.NoError(t, users.Save(ctx, &u))
	require.EqualValues(t, 1, u.Version)
	require.NoError(t, users.Save(ctx, &u))
	require.EqualValues(t, 2, u.Version)

	stale := alice()
	stale.Version = 1
	err := users.Save(ctx, &stale)
	require.ErrorIs(t, err, mapper.ErrVersionConflict)
	require.EqualValues(t, 1, stale.Version)
	var failed *types.ConditionalCheckFailedException
	require.ErrorAs(t, err, &failed)
	require.Nil(t, failed.Item)

	got, err := plain.Load(ctx, u.ID, u.Created)
	require.NoError(t, err)
	require.EqualValues(t, 2, got.Version)
}
