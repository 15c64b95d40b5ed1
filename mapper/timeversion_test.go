package mapper_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/mapper"
)

// stamped has its version in whole seconds, by its tag.
type stamped struct {
	_       struct{}  `ddbcrypt:"table=things"`
	ID      string    `dynamodbav:"id" ddbcrypt:"partition"`
	Secret  string    `dynamodbav:"secret"`
	Version time.Time `dynamodbav:"version,unixtime" ddbcrypt:"version"`
}

type Revised struct {
	Changed *time.Time `dynamodbav:"changed" ddbcrypt:"version"`
}

type withStamp struct {
	_  struct{} `ddbcrypt:"table=things"`
	ID string   `dynamodbav:"id" ddbcrypt:"partition"`
	*Revised
}

// daily is a time that is stored as its day.
type daily time.Time

func (d daily) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return str(time.Time(d).UTC().Format(time.DateOnly)), nil
}

func (d *daily) UnmarshalDynamoDBAttributeValue(v types.AttributeValue) error {
	at, err := time.Parse(time.DateOnly, v.(*types.AttributeValueMemberS).Value)
	*d = daily(at)
	return err
}

// noon is what the clocks of these tests say.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.FixedZone("", 3600))

func TestTimestampVersions(t *testing.T) {
	testTimes(t, "time.Time", func(v *versioned[time.Time]) *time.Time { return &v.Version }, time.Nanosecond)
	testTimes(t, "*time.Time", func(v *versioned[*time.Time]) *time.Time { return v.Version }, time.Nanosecond)
	testTimes(t, "UnixTime", func(v *versioned[attributevalue.UnixTime]) *time.Time { return (*time.Time)(&v.Version) }, time.Second)
	testTimes(t, "the tag unixtime", func(v *stamped) *time.Time { return &v.Version }, time.Second)
	testTimes(t, "an embedded *time.Time", func(v *withStamp) *time.Time {
		if v.Revised == nil {
			return nil
		}
		return v.Changed
	}, time.Nanosecond)
}

// testTimes tests a type with a version that is kept with a precision.
func testTimes[T any](t *testing.T, name string, version func(*T) *time.Time, precision time.Duration) {
	t.Run(name, func(t *testing.T) {
		now := noon
		db := newDB(t, "things", "id", "S")
		things := newMapper[T](t, db.Client(), mapper.WithClock(func() time.Time { return now }))
		thing, err := things.Modify(t.Context(), mapper.Key{"x"}, func(*T) error { return nil }, mapper.OrCreate())
		require.NoError(t, err)
		first := *version(&thing)
		assert.True(t, first.Equal(noon.Truncate(precision)), first)

		last := first
		for clock, at := range map[string]time.Time{"stands still": noon, "goes backwards": noon.Add(-time.Hour), "goes on": noon.Add(time.Hour)} {
			now = at
			stale, err := things.Load(t.Context(), "x")
			require.NoError(t, err)
			before, err := things.Load(t.Context(), "x")
			require.NoError(t, err)
			require.NoError(t, things.Save(t.Context(), &thing), clock)
			moved := *version(&thing)
			assert.True(t, moved.After(last), "the clock %s: %s after %s", clock, moved, last)
			if stored := at.Truncate(precision); stored.After(last) {
				assert.True(t, moved.Equal(stored))
			}
			loaded, err := things.Load(t.Context(), "x")
			require.NoError(t, err)
			assert.Equal(t, thing, loaded, "Save leaves what Load gives")

			requireOnly(t, things.Save(t.Context(), &stale), mapper.ErrVersionConflict)
			requireOnly(t, things.Delete(t.Context(), &stale), mapper.ErrVersionConflict)
			assert.Equal(t, before, stale)
			last, thing = moved, loaded
		}
		require.NoError(t, things.Delete(t.Context(), &thing))
		requireOnly(t, things.Save(t.Context(), &thing), mapper.ErrVersionConflict)
	})
}

func TestAZeroTimeIsANewItem(t *testing.T) {
	_, things := newThings[versioned[time.Time]](t)
	thing, other := versioned[time.Time]{ID: "x"}, versioned[time.Time]{ID: "x"}
	start := time.Now()
	require.NoError(t, things.Save(t.Context(), &thing))
	assert.WithinRange(t, thing.Version, start, time.Now())
	assert.Equal(t, time.UTC, thing.Version.Location())
	requireOnly(t, things.Save(t.Context(), &other), mapper.ErrVersionConflict)
	assert.Zero(t, other.Version)
	require.NoError(t, things.Save(t.Context(), &other, mapper.Clobber()))
	requireOnly(t, things.Save(t.Context(), &thing), mapper.ErrVersionConflict)
}

func TestASharedTimeIsLeftAlone(t *testing.T) {
	_, things := newThings[versioned[*time.Time]](t)
	thing := versioned[*time.Time]{ID: "x"}
	require.NoError(t, things.Save(t.Context(), &thing))
	shared := thing.Version
	before := *shared
	require.NoError(t, things.Save(t.Context(), &thing))
	assert.Equal(t, before, *shared)
	assert.True(t, thing.Version.After(before))
}

func TestATimeThatCannotGrowIsRefused(t *testing.T) {
	_, things := newThings[versioned[daily]](t)
	thing := versioned[daily]{ID: "x"}
	require.NoError(t, things.Save(t.Context(), &thing))
	before := thing
	err := things.Save(t.Context(), &thing)
	requireClass(t, err, "Save", crypto.ErrConfig)
	assert.ErrorContains(t, err, "Version")
	assert.Equal(t, before, thing)
}

func TestTimesInTransactionsAndAfterFailures(t *testing.T) {
	db, things := newThings[versioned[time.Time]](t)
	thing := versioned[time.Time]{ID: "x", Secret: "1"}
	require.NoError(t, mapper.Transact(t.Context(), things.PutOp(&thing)))
	stale := thing
	require.NoError(t, mapper.Transact(t.Context(), things.PutOp(&thing)))
	require.True(t, thing.Version.After(stale.Version))
	requireFailed(t, mapper.Transact(t.Context(), things.Check(&stale)), map[int]error{0: mapper.ErrVersionConflict})
	require.NoError(t, mapper.Transact(t.Context(), things.Check(&thing)))

	before := thing
	lost := newMapper[versioned[time.Time]](t, failing{assert.AnError})
	require.ErrorIs(t, lost.Save(t.Context(), &thing), assert.AnError)
	require.Equal(t, before, thing)
	again := newMapper[versioned[time.Time]](t, losing{db.Client()})
	require.NoError(t, again.Save(t.Context(), &thing))
	require.True(t, thing.Version.After(before.Version))
}
