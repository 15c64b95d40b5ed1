package wiretap_test

import (
	"bytes"
	"io"
	"math"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/internal/wiretap"
)

func TestADamagedAnswerIsAnError(t *testing.T) {
	for name, tc := range map[string]struct {
		fault wiretap.Fault
		cause error
	}{
		"truncated, with headers that fit": {wiretap.Fault{Truncate: 4}, nil},
		"truncated, with the old checksum": {wiretap.Fault{Truncate: 4, KeepCRC: true}, nil},
		"truncated, with the old length":   {wiretap.Fault{Truncate: 4, KeepLength: true}, io.ErrUnexpectedEOF},
		"truncated, with all old headers":  {wiretap.Fault{Truncate: 4, KeepCRC: true, KeepLength: true}, io.ErrUnexpectedEOF},
		"all of it lost, length known":     {wiretap.Fault{Truncate: math.MaxInt, KeepLength: true}, io.ErrUnexpectedEOF},
		"connection reset in the middle":   {wiretap.Fault{CutBody: true}, syscall.ECONNRESET},
	} {
		t.Run(name, func(t *testing.T) {
			_, tap, client := newTap(t, once)
			require.NoError(t, put(t, client, "alice"))
			tap.Inject("GetItem", wiretap.InOrder(tc.fault))
			_, err := get(t, client, "alice")
			require.Error(t, err)
			if tc.cause != nil {
				require.ErrorIs(t, err, tc.cause)
			}
			assert.True(t, as[*smithy.DeserializationError](err), "%v", err)
			got, err := get(t, client, "alice")
			require.NoError(t, err)
			assert.Equal(t, key("alice"), got)
		})
	}
}

// The SDK reads an empty answer as one without members. What looks like "no
// such item" may be a lost answer.
func TestAnEmptyAnswerIsNoErrorOfTheSDK(t *testing.T) {
	_, tap, client := newTap(t, once)
	require.NoError(t, put(t, client, "alice"))
	tap.Inject("GetItem", wiretap.InOrder(wiretap.Fault{Truncate: math.MaxInt}))
	got, err := get(t, client, "alice")
	require.NoError(t, err)
	assert.Nil(t, got)
}

func TestErrorAnswersOfTheServiceCanBeDamagedToo(t *testing.T) {
	_, tap, client := newTap(t, once)
	tap.Inject("GetItem", wiretap.InOrder(wiretap.Fault{CutBody: true, Rewrite: func(string, []byte) []byte { return nil }}))
	_, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("nobody"), Key: key("alice")})
	assert.ErrorIs(t, err, syscall.ECONNRESET, "the error answer was not rewritten")
}

func TestAnAnswerCanBeRewritten(t *testing.T) {
	_, tap, client := newTap(t, once)
	for _, id := range []string{"alice", "bob"} {
		require.NoError(t, put(t, client, id))
	}
	tap.Inject("Scan", wiretap.InOrder(wiretap.Fault{Rewrite: func(operation string, body []byte) []byte {
		assert.Equal(t, "Scan", operation)
		return bytes.ReplaceAll(body, []byte(`"bob"`), []byte(`"a longer name"`))
	}}))
	warnings := &bytes.Buffer{}
	scan := func() []item {
		out, err := client.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("users")}, logTo(warnings))
		require.NoError(t, err)
		return out.Items
	}
	assert.ElementsMatch(t, []item{key("alice"), key("a longer name")}, scan())
	assert.ElementsMatch(t, []item{key("alice"), key("bob")}, scan())
	assert.Empty(t, warnings.String(), "the headers fit the changed answer")
}

// The SDK only logs a checksum that does not fit.
func TestTheOldChecksumOfARewrittenAnswerIsNoticed(t *testing.T) {
	_, tap, client := newTap(t, once)
	require.NoError(t, put(t, client, "alice"))
	tap.Inject("GetItem", wiretap.Always(wiretap.Fault{KeepCRC: true, Rewrite: func(_ string, body []byte) []byte {
		return bytes.ReplaceAll(body, []byte("alice"), []byte("malic"))
	}}))
	warnings := &bytes.Buffer{}
	out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("users"), Key: key("alice")}, logTo(warnings))
	require.NoError(t, err)
	assert.Equal(t, key("malic"), out.Item)
	assert.Contains(t, warnings.String(), "expected checksum")
}

func TestTheOldLengthCutsOffALongerAnswer(t *testing.T) {
	_, tap, client := newTap(t, once)
	tap.Inject("GetItem", wiretap.Always(wiretap.Fault{KeepLength: true, Rewrite: func(_ string, body []byte) []byte {
		return append(body, "and more"...)
	}}))
	_, err := get(t, client, "alice")
	assert.NoError(t, err)
}

func TestReadingGoesOnAfterAThrottledPage(t *testing.T) {
	_, tap, client := newTap(t, once)
	for _, id := range []string{"alice", "bob"} {
		require.NoError(t, put(t, client, id))
	}
	tap.Inject("Scan", wiretap.InOrder(wiretap.Fault{}, wiretap.Fault{Code: "ThrottlingException"}))
	pages := dynamodb.NewScanPaginator(client, &dynamodb.ScanInput{TableName: aws.String("users"), Limit: aws.Int32(1)})
	_, err := pages.NextPage(t.Context())
	require.NoError(t, err)
	_, err = pages.NextPage(t.Context())
	assert.True(t, as[*types.ThrottlingException](err), "%v", err)
	page, err := pages.NextPage(t.Context())
	require.NoError(t, err)
	assert.Len(t, page.Items, 1)
}

func logTo(w io.Writer) func(*dynamodb.Options) {
	return func(o *dynamodb.Options) { o.Logger = logging.NewStandardLogger(w) }
}
