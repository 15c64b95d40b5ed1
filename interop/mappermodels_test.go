//go:build interop

package interop

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
)

// The types here are the classes of java/src/main/java/ddbcrypt/interop/models.

type tableKeys struct {
	ID      string `dynamodbav:"id" ddbcrypt:"partition"`
	Created int64  `dynamodbav:"created" ddbcrypt:"sort"`
}

type address struct {
	Street string   `dynamodbav:"street"`
	Zip    int      `dynamodbav:"zip"`
	Lines  []string `dynamodbav:"lines"`
}

// commonValues has an attribute of each common kind.
type commonValues struct {
	Name      string                `dynamodbav:"name"`
	Age       int32                 `dynamodbav:"age"`
	Balance   int64                 `dynamodbav:"balance"`
	Score     float64               `dynamodbav:"score"`
	Rate      attributevalue.Number `dynamodbav:"rate"`
	Active    bool                  `dynamodbav:"active"`
	Photo     []byte                `dynamodbav:"photo"`
	Thumbnail []byte                `dynamodbav:"thumbnail"`
	Tags      []string              `dynamodbav:"tags,stringset"`
	Numbers   []int64               `dynamodbav:"numbers,numberset"`
	Digests   [][]byte              `dynamodbav:"digests,binaryset"`
	History   []string              `dynamodbav:"history"`
	Limits    map[string]int        `dynamodbav:"limits"`
	Address   address               `dynamodbav:"address"`
	Former    []address             `dynamodbav:"former"`
}

// accountParts are the fields of an account. A version of zero is null in Java, which takes 0 for a stored version.
type accountParts struct {
	tableKeys
	commonValues
	Plan    string `dynamodbav:"plan" ddbcrypt:"sign"`
	Views   int    `dynamodbav:"views" ddbcrypt:"none"`
	Version int64  `dynamodbav:"version" ddbcrypt:"version" json:",omitempty"`
}

type account struct{ accountParts }

type signedAccount struct {
	_ struct{} `ddbcrypt:"default=sign"`
	accountParts
}

type openAccount struct {
	_       struct{} `ddbcrypt:"default=none"`
	ID      string   `dynamodbav:"id" ddbcrypt:"none,partition"`
	Created int64    `dynamodbav:"created" ddbcrypt:"none,sort"`
	commonValues
	Plan    string `dynamodbav:"plan"`
	Views   int    `dynamodbav:"views"`
	Version int64  `dynamodbav:"version" ddbcrypt:"none,version" json:",omitempty"`
}

type movedAccount struct {
	_ struct{} `ddbcrypt:"signedas=accounts-of-2019"`
	accountParts
}

type profileParts struct {
	tableKeys
	Name string `dynamodbav:"name"`
	Plan string `dynamodbav:"plan" ddbcrypt:"sign"`
}

type profile struct{ profileParts }

// wideParts has attributes that other profiles do not model.
type wideParts struct {
	profileParts
	Email  string   `dynamodbav:"email"`
	Visits int      `dynamodbav:"visits"`
	Tags   []string `dynamodbav:"tags,stringset"`
}

type wideProfile struct{ wideParts }

type signedWideProfile struct {
	_ struct{} `ddbcrypt:"default=sign"`
	wideParts
}

type openEndedProfile struct {
	_ struct{} `ddbcrypt:"unknown=encrypt"`
	profileParts
}

type signedOpenEndedProfile struct {
	_ struct{} `ddbcrypt:"default=sign,unknown=sign"`
	profileParts
}

type customer struct {
	tableKeys
	Plan  string `dynamodbav:"plan" ddbcrypt:"index"`
	Email string `dynamodbav:"email"`
}

// formatValues may be nil or empty.
type formatValues struct {
	Text     *string                `dynamodbav:"text"`
	Number   *int                   `dynamodbav:"number"`
	Fraction *float64               `dynamodbav:"fraction"`
	Decimal  *attributevalue.Number `dynamodbav:"decimal"`
	Flag     *bool                  `dynamodbav:"flag"`
	Binary   []byte                 `dynamodbav:"binary"`
	Time     *time.Time             `dynamodbav:"time"`
	Set      []string               `dynamodbav:"set,stringset"`
	List     []string               `dynamodbav:"list"`
	Map      map[string]string      `dynamodbav:"map"`
	Document *address               `dynamodbav:"document"`
}

type formats struct {
	tableKeys
	formatValues
}

type signedFormats struct {
	_ struct{} `ddbcrypt:"default=sign"`
	tableKeys
	formatValues
}
