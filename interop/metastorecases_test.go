//go:build interop

package interop

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

func testItemsOfOtherMaterials(ctx context.Context, t *testing.T, parties []party, provider Provider) {
	provider.MaterialName = "of other materials"
	request := itemRequest(provider, keyedItem)
	for _, writer := range parties {
		sealed, err := writer.seal(ctx, request)
		require.NoError(t, err, writer.name)
		newest, err := manage(ctx, writer, OpRotate, provider)
		require.NoError(t, err, writer.name)
		for _, test := range []struct {
			metaID string
			class  error
			// Java and Python read the number and not the name.
			theyRead bool
		}{
			{provider.MaterialName + "#" + version(newest), cmp.ErrSignature, false},
			{provider.MaterialName + "#" + version(newest+1), cmp.ErrKeyUnavailable, false},
			{provider.MaterialName + "#", cmp.ErrDescription, false},
			{"another#" + version(newest-1), cmp.ErrDescription, true},
		} {
			item := parse(t, sealed)
			redescribe(item, func(d cmp.MaterialDescription) { d[metaID] = test.metaID })
			text, err := marshalItem(item)
			require.NoError(t, err)
			for _, reader := range parties {
				_, err := reader.open(ctx, request, text)
				if reader.name != partyGo && test.theyRead {
					assert.NoError(t, err, "%s to %s: %s", writer.name, reader.name, test.metaID)
					continue
				}
				requireRefusal(t, reader, err, test.class)
			}
		}
	}
}

// testCopiedVersions puts a version in the place of another, which is signed under its own number.
func testCopiedVersions(ctx context.Context, t *testing.T, parties []party, provider Provider) {
	provider.MaterialName = "copied"
	request := itemRequest(provider, keyedItem)
	sealed, err := parties[0].seal(ctx, request)
	require.NoError(t, err)
	newest, err := manage(ctx, parties[0], OpRotate, provider)
	require.NoError(t, err)
	db := provider.Store.DynamoDB
	db.AccessKey = partyGo
	client := db.dynamoDB()
	table := provider.Store.Table
	key := func(number int64) map[string]types.AttributeValue {
		return map[string]types.AttributeValue{
			"N": &types.AttributeValueMemberS{Value: provider.MaterialName}, "V": &types.AttributeValueMemberN{Value: version(number)},
		}
	}
	row, err := client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, Key: key(newest)})
	require.NoError(t, err)
	row.Item["V"] = key(newest - 1)["V"]
	_, err = client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: row.Item})
	require.NoError(t, err)
	for _, reader := range parties {
		_, err := reader.open(ctx, request, sealed)
		requireRefusal(t, reader, err, cmp.ErrKeyUnavailable)
	}
}

// testFirstItemsAtOnce: one of the clients makes the version, and the others find that and take its keys.
func testFirstItemsAtOnce(ctx context.Context, t *testing.T, parties []party, provider Provider) {
	for round := range 5 {
		provider.MaterialName = fmt.Sprintf("made at once %d", round)
		request := itemRequest(provider, keyedItem)
		sealed := make([]json.RawMessage, len(parties))
		var group errgroup.Group
		for i, writer := range parties {
			group.Go(func() (err error) {
				sealed[i], err = writer.seal(ctx, request)
				return err
			})
		}
		require.NoError(t, group.Wait())
		for i, writer := range parties {
			require.Equal(t, provider.MaterialName+"#0", described(t, sealed[i])[metaID], writer.name)
			for _, reader := range parties {
				plain, err := reader.open(ctx, request, sealed[i])
				require.NoError(t, err, "%s to %s", writer.name, reader.name)
				requireItem(t, request.Item, plain)
			}
		}
	}
}

// testUnwrittenVersions: Python takes every failure to write a version for success, unless the version exists. What it
// seals until it asks for the newest version again is lost to all.
func testUnwrittenVersions(ctx context.Context, t *testing.T, parties []party, provider Provider) {
	target, err := url.Parse(provider.Store.DynamoDB.URL)
	require.NoError(t, err)
	forward := httputil.NewSingleHostReverseProxy(target)
	readOnly := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Target") != "DynamoDB_20120810.PutItem" {
			forward.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"not authorized to perform: dynamodb:PutItem"}`)
	}))
	defer readOnly.Close()
	store := *provider.Store
	store.DynamoDB.URL = readOnly.URL
	provider.Store = &store
	for _, p := range parties {
		provider.MaterialName = "not written by " + p.name
		request := itemRequest(provider, keyedItem)
		sealed, err := p.seal(ctx, request)
		newest, newestErr := manage(ctx, p, OpMaxVersion, provider)
		require.NoError(t, newestErr, p.name)
		require.EqualValues(t, -1, newest, p.name)
		if p.name != partyPython {
			requireRefusal(t, p, err, cmp.ErrKeyUnavailable)
			continue
		}
		require.NoError(t, err)
		_, err = parties[0].open(ctx, request, sealed)
		require.ErrorIs(t, err, cmp.ErrKeyUnavailable)
	}
}

// testNumberSign: Python takes what follows the first # for the version, and Java takes no such name.
func testNumberSign(ctx context.Context, t *testing.T, parties []party, provider Provider) {
	provider.MaterialName = "users#1"
	request := itemRequest(provider, keyedItem)
	sealed, err := parties[0].seal(ctx, request)
	require.NoError(t, err)
	for _, p := range parties {
		if p.name == partyGo {
			plain, err := p.open(ctx, request, sealed)
			require.NoError(t, err)
			requireItem(t, request.Item, plain)
			continue
		}
		_, err := p.seal(ctx, request)
		requireRefusal(t, p, err, nil)
		_, err = p.open(ctx, request, sealed)
		requireRefusal(t, p, err, nil)
	}
}

func testFirstRotation(ctx context.Context, t *testing.T, parties []party, provider Provider) {
	for _, p := range parties {
		provider.MaterialName = "first rotated by " + p.name
		number, err := manage(ctx, p, OpRotate, provider)
		if p.name == partyPython {
			requireRefusal(t, p, err, nil)
			continue
		}
		require.NoError(t, err, p.name)
		assert.Zero(t, number, p.name)
	}
}

func version(number int64) string { return strconv.FormatInt(number, 10) }
