package client_test

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/client"
	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/memdb"
	"github.com/ddbcrypt/ddbcrypt/internal/memkms"
	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
	"github.com/ddbcrypt/ddbcrypt/metastore"
)

const (
	// members is how many items the table of a rig has, all in one partition.
	members       = 5
	memberID      = "canary-partition"
	memberCreated = 1731826400
)

// canaries are values of members and of their keys: no error may tell them.
var canaries = []string{memberID, fmt.Sprint(memberCreated / 100), "canary-plan", "@example.com", "Delft", "904173625"}

// encryptedCanaries are those that may not even be sent.
var encryptedCanaries = []string{"@example.com", "Delft"}

// member is an item of which every value is a canary.
func member(n int) crypto.Item {
	item := user(memberID, memberCreated+n)
	item["plan"], item["level"] = str("canary-plan"), num(904173625)
	return item
}

func memberKey(n int) crypto.Item { return key(memberID, memberCreated+n) }

func memberKeys() []map[string]types.AttributeValue {
	var keys []map[string]types.AttributeValue
	for n := range members {
		keys = append(keys, memberKey(n))
	}
	return keys
}

func memberItems(numbers ...int) []map[string]types.AttributeValue {
	items := []map[string]types.AttributeValue{}
	for _, n := range numbers {
		items = append(items, member(n))
	}
	return items
}

// rig is a world with keys from an embedded KMS and with members in its table.
type rig struct {
	*world
	db  *memdb.DB
	kms *memkms.KMS
}

func newRig(t *testing.T, form opener) *rig {
	r := &rig{db: memdb.New(), kms: memkms.New()}
	r.world = newWorld(t, r.db.Client(), form)
	keys, err := cmp.NewKMS(r.kms.Client("eu-west-1", func(o *kms.Options) { o.Retryer = aws.NopRetryer{} }), r.kms.CreateKey("eu-west-1"))
	require.NoError(t, err)
	r.provider.Provider = keys
	r.fill(t)
	return r
}

// newStoredKeysRig is a rig with keys from a metastore behind a tap of its own.
func newStoredKeysRig(t *testing.T, form opener) (*rig, *wiretap.Tap) {
	r := newRig(t, form)
	tap := wiretap.New(r.db)
	storeClient := r.db.Client(func(o *dynamodb.Options) { o.HTTPClient, o.Retryer = tap, aws.NopRetryer{} })
	_, err := metastore.CreateTable(t.Context(), r.plain, "keys")
	require.NoError(t, err)
	store, err := metastore.New(storeClient, "keys", crypto.NewEncryptor(r.provider.Provider))
	require.NoError(t, err)
	keys, err := cmp.NewMostRecent(store, "users", time.Hour)
	require.NoError(t, err)
	r.provider.Provider = keys
	r.fill(t)
	keys.Refresh()
	tap.Reset()
	return r, tap
}

// fill stores the members and forgets how.
func (r *rig) fill(t *testing.T) {
	for n := range members {
		r.put(t, r.users(), member(n))
	}
	r.reset()
}

func (r *rig) reset() {
	r.world.reset()
	r.kms.ResetCalls()
}

// retrying makes the clients that are opened from now on send requests up to three
// times.
func (r *rig) retrying() {
	r.options.Retryer = retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts = 3 })
}

// run calls an operation and checks that the request stays as it was.
func (r *rig) run(t *testing.T, op operation, db api, request func(*rig) any) (any, error) {
	t.Helper()
	in := request(r)
	out, err := op.call(t.Context(), db, in)
	require.Equal(t, request(r), in, "the caller's request stays as it was")
	requireTellsNothing(t, err)
	return out, err
}

// check is true after each test of the table.
func (r *rig) check(t *testing.T) {
	t.Helper()
	r.requireNoPlaintext(t, encryptedCanaries...)
	for _, item := range r.db.Items(r.table) {
		requireProtected(t, item)
	}
	for _, request := range r.tap.Requests() {
		puts := strings.Count(string(request.Body), `"email"`)
		require.Equal(t, puts, strings.Count(string(request.Body), fmt.Sprintf("%q:{\"B\"", crypto.DefaultSignatureAttribute)), "items are sent with a signature")
	}
}

// state is what is stored, by key.
func (r *rig) state() map[string]crypto.Item {
	state := map[string]crypto.Item{}
	for _, item := range r.db.Items(r.table) {
		state[item["created"].(*types.AttributeValueMemberN).Value] = maps.Clone(item)
	}
	return state
}

// requireItems checks that an answer has these members.
func requireItems(t *testing.T, out any, numbers ...int) {
	t.Helper()
	want := memberItems(numbers...)
	switch out := out.(type) {
	case *dynamodb.QueryOutput:
		require.Equal(t, want, out.Items)
		require.EqualValues(t, len(want), out.Count)
	case *dynamodb.ScanOutput:
		require.Equal(t, want, out.Items)
		require.EqualValues(t, len(want), out.Count)
	case *dynamodb.BatchGetItemOutput:
		require.Len(t, out.Responses, 1)
		for _, items := range out.Responses {
			require.Equal(t, want, items)
		}
	case *dynamodb.TransactGetItemsOutput:
		require.Len(t, out.Responses, members, "positions stay")
		for n, response := range out.Responses {
			if slices.Contains(numbers, n) {
				require.Equal(t, member(n), crypto.Item(response.Item))
			} else {
				require.Empty(t, response.Item)
			}
		}
	case *dynamodb.GetItemOutput:
		require.Equal(t, want[0], out.Item)
	default:
		require.Failf(t, "an answer without items", "%T", out)
	}
}

// requireOnlyItem finds the error of one item.
func requireOnlyItem(t *testing.T, err error) *client.ItemError {
	t.Helper()
	var bad *client.ItemError
	require.ErrorAs(t, err, &bad)
	return bad
}

// requireTellsNothing checks that no way of printing an error shows a canary.
func requireTellsNothing(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	for how, text := range printed(err) {
		for _, canary := range canaries {
			require.NotContains(t, text, canary, "printed by %s", how)
		}
	}
}

// printed is an error in the forms in which programs print errors.
func printed(err error) map[string]string {
	texts := map[string]string{"Error": err.Error()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		texts[verb] = fmt.Sprintf(verb, err)
	}
	holder := struct {
		Exported   error
		unexported error
	}{err, err}
	texts["%+v in a struct"] = fmt.Sprintf("%+v", holder)
	texts["%#v in a struct"] = fmt.Sprintf("%#v", holder)
	var plain, structured strings.Builder
	slog.New(slog.NewTextHandler(&plain, nil)).Error("failed", "err", err, "group", slog.GroupValue(slog.Any("err", err)))
	slog.New(slog.NewJSONHandler(&structured, nil)).Error("failed", "err", err, "group", slog.GroupValue(slog.Any("err", err)))
	texts["slog text"], texts["slog JSON"] = plain.String(), structured.String()
	return texts
}
