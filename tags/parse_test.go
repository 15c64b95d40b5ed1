package tags_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/tags"
)

func TestParseFieldAccepts(t *testing.T) {
	sign, none := crypto.SignOnly, crypto.DoNothing
	for tag, want := range map[string]tags.FieldTag{
		"":                {},
		"encrypt":         {Stated: true},
		"sign":            {Action: sign, Stated: true},
		"none":            {Action: none, Stated: true},
		"partition":       {Action: sign, Partition: true},
		",partition":      {Action: sign, Partition: true},
		"sort":            {Action: sign, Sort: true},
		"version":         {Action: sign, Version: true},
		"index":           {Action: sign, Index: true},
		"ttl":             {Action: sign, TTL: true},
		"sign,partition":  {Action: sign, Stated: true, Partition: true},
		"none,partition":  {Action: none, Stated: true, Partition: true},
		"none,version":    {Action: none, Stated: true, Version: true},
		"sort,index":      {Action: sign, Sort: true, Index: true},
		"none,index,ttl":  {Action: none, Stated: true, Index: true, TTL: true},
		"partition,index": {Action: sign, Partition: true, Index: true},

		"unknown":  {Unknown: true},
		",unknown": {Unknown: true},

		"index=by_city:partition": {Action: sign, Index: true, Indexes: []tags.IndexKey{{Index: "by_city", Role: tags.IndexPartition}}},
		"index=a.b:sort:4":        {Action: sign, Index: true, Indexes: []tags.IndexKey{{Index: "a.b", Role: tags.IndexSort, Position: 4}}},
		"localindex=L-1":          {Action: sign, Index: true, Indexes: []tags.IndexKey{{Index: "L-1", Role: tags.LocalSort}}},
		"none,index=abc:sort,ttl": {Action: none, Stated: true, Index: true, TTL: true, Indexes: []tags.IndexKey{{Index: "abc", Role: tags.IndexSort}}},
		"index,index=abc:sort":    {Action: sign, Index: true, Indexes: []tags.IndexKey{{Index: "abc", Role: tags.IndexSort}}},
		"version,index=abc:sort":  {Action: sign, Version: true, Index: true, Indexes: []tags.IndexKey{{Index: "abc", Role: tags.IndexSort}}},
		"localindex=zzz,sort,index=abc:partition:1,index=abd:sort": {Action: sign, Sort: true, Index: true, Indexes: []tags.IndexKey{
			{Index: "zzz", Role: tags.LocalSort},
			{Index: "abc", Role: tags.IndexPartition, Position: 1},
			{Index: "abd", Role: tags.IndexSort},
		}},
		"index=" + strings.Repeat("n", 255) + ":sort": {Action: sign, Index: true,
			Indexes: []tags.IndexKey{{Index: strings.Repeat("n", 255), Role: tags.IndexSort}}},
	} {
		t.Run("reads "+tag, func(t *testing.T) {
			got, err := tags.ParseField("F", tag)
			require.NoError(t, err)
			assert.Equal(t, want, got)

			again, err := tags.ParseField("F", got.String())
			require.NoError(t, err)
			assert.Equal(t, got, again, "re-rendered as %q", got.String())
		})
	}
}

func TestParseFieldRefuses(t *testing.T) {
	for tag, reasons := range map[string][]string{
		"sing":                    {`unknown word "sing", did you mean "sign"?`},
		"Sign":                    {`unknown word "Sign", did you mean "sign"?`},
		"PARTITION":               {`did you mean "partition"?`},
		" sort":                   {`unknown word " sort", did you mean "sort"?`},
		"sign, index":             {`unknown word " index", did you mean "index"?`},
		"vesrion":                 {`did you mean "version"?`},
		"hash":                    {`unknown word "hash", did you mean "partition"?`}, // as other mappers say
		"rangeKey":                {`unknown word "rangeKey", did you mean "sort"?`},
		"bogus":                   {`unknown word "bogus", use one of: encrypt, sign, none, partition, sort, version, index, ttl, localindex, unknown`},
		"unkown":                  {`unknown word "unkown", did you mean "unknown"?`},
		"unknown=sign":            {`option "unknown" is for the whole struct`},
		"sign,unknown":            {`keep "unknown" alone`},
		"unknown,index":           {`keep "unknown" alone`},
		"unknown,localindex=abc":  {`keep "unknown" alone`},
		"unknown,none":            {`action "none" must be the first word`, `keep "unknown" alone`},
		"unknown,unknown":         {`duplicate word "unknown"`},
		strings.Repeat("sign", 9): {"use one of: encrypt"},
		"sign=true":               {`unknown word "sign=true"`},
		"encrypt,partition":       {`"partition" cannot be encrypted`},
		"encrypt,sort":            {`"sort" cannot be encrypted`},
		"encrypt,version":         {`"version" cannot be encrypted`},
		"encrypt,index":           {`"index" cannot be encrypted`},
		"encrypt,ttl":             {`"ttl" cannot be encrypted`},
		"sign,sign":               {`duplicate word "sign"`},
		"sort,sort":               {`duplicate word "sort"`},
		"sign,none":               {`two actions, "sign" and "none"`},
		"partition,none":          {`action "none" must be the first word`},
		",sign":                   {`action "sign" must be the first word`},
		"partition,sort":          {`cannot be both "partition" and "sort"`},
		"partition,version":       {`cannot be both "partition" and "version"`},
		"sort,version":            {`cannot be both "sort" and "version"`},
		"version,ttl":             {`cannot be both "version" and "ttl"`},
		",":                       {"stray comma"},
		"sign,":                   {"stray comma"},
		",,sort":                  {"stray comma"},
		"sign,,index":             {"stray comma"},
		"table=users":             {`option "table" is for the whole struct`},
		"sing,sort,vesrion":       {`did you mean "sign"?`, `did you mean "version"?`},
		"partition,encrypt":       {"must be the first word", `"partition" cannot be encrypted`},

		"encrypt,index=abc:sort":                 {`"index=abc:sort" cannot be encrypted`},
		"encrypt,localindex=abc":                 {`"localindex=abc" cannot be encrypted`},
		"index=":                                 {`option "index" needs a value`},
		"localindex":                             {`option "localindex" needs a value`},
		"localindex=":                            {`option "localindex" needs a value`},
		"indx=abc:sort":                          {`unknown option "indx", did you mean "index"?`},
		"localindx":                              {`unknown word "localindx", did you mean "localindex"?`},
		"index=abc":                              {"needs a role, write index=abc:partition or index=abc:sort"},
		"index=abc:":                             {"needs a role"},
		"index=abc:partitoin":                    {`unknown role "partitoin", did you mean "partition"?`},
		"index=abc:hash":                         {`unknown role "hash", did you mean "partition"?`},
		"index=abc:local":                        {`unknown role "local"`},
		"index=abc:sort:":                        {`position "" in the key of index "abc" is not a number from 1 to 4`},
		"index=abc:sort:0":                       {`position "0"`},
		"index=abc:sort:5":                       {`position "5"`},
		"index=abc:sort:01":                      {`position "01"`},
		"index=abc:sort:1:2":                     {`position "1:2"`},
		"index=ab:sort":                          {`index name "ab" is not 3 to 255`},
		"index=:sort":                            {`index name "" is not 3 to 255`},
		"index=a b:sort":                         {`index name "a b"`},
		"localindex=é12":                         {`index name "é12"`},
		"localindex=abc:sort":                    {`index name "abc:sort"`},
		"index=abc:sort\n":                       {`unknown role "sort\n", did you mean "sort"?`},
		"localindex=abc\n":                       {`index name "abc\n"`},
		"index=abc:sort,index=abc:sort":          {`duplicate word "index=abc:sort"`},
		"index=abc:sort,index=abc:partition":     {`index "abc" is listed twice`},
		"index=abc:sort,localindex=abc":          {`index "abc" is listed twice`},
		"partition,localindex=abc":               {"cannot be their sort key"},
		"localindex=" + strings.Repeat("n", 256): {"is not 3 to 255"},
	} {
		t.Run("refuses "+tag, func(t *testing.T) {
			got, err := tags.ParseField("Email", tag)
			assert.Zero(t, got)
			requireFaults(t, err, tags.Error{Field: "Email", Tag: tag}, reasons)
		})
	}
}

func TestFieldTagActionUnder(t *testing.T) {
	for _, c := range []struct {
		name, tag string
		def, want crypto.Action
	}{
		{"no tag takes the default", "", crypto.DoNothing, crypto.DoNothing},
		{"a stated action beats the default", "encrypt", crypto.DoNothing, crypto.EncryptAndSign},
		{"a key is signed whatever the default", "partition", crypto.DoNothing, crypto.SignOnly},
		{"a version is signed whatever the default", "version", crypto.EncryptAndSign, crypto.SignOnly},
		{"a key with a stated none is left alone", "none,partition", crypto.SignOnly, crypto.DoNothing},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := tags.ParseField("F", c.tag)
			require.NoError(t, err)
			assert.Equal(t, c.want, f.ActionUnder(c.def))
		})
	}
}

func TestParseStructAccepts(t *testing.T) {
	for tag, want := range map[string]tags.StructTag{
		"":                              {},
		"table=users":                   {Table: "users"},
		"default=encrypt":               {},
		"default=sign":                  {Default: crypto.SignOnly},
		"default=none,unknown=ignore":   {Default: crypto.DoNothing},
		"unknown=sign":                  {Unknown: tags.UnknownSign},
		"unknown=encrypt":               {Unknown: tags.UnknownEncrypt},
		"signedas=old,table=new":        {Table: "new", SignedAs: "old"},
		"retired=a:sign,retired=b:none": {Retired: []tags.Retired{{"a", crypto.SignOnly}, {"b", crypto.DoNothing}}},
		"retired=x:y:encrypt":           {Retired: []tags.Retired{{"x:y", crypto.EncryptAndSign}}},
		"retired=a=b:sign":              {Retired: []tags.Retired{{"a=b", crypto.SignOnly}}},
		"projection=abc:all,projection=abd:keys": {Projections: []tags.IndexProjection{
			{Index: "abc", Projection: tags.ProjectAll}, {Index: "abd", Projection: tags.ProjectKeys}}},
		"include=abc:x,include=abd::y:,include=abc:z=1": {Projections: []tags.IndexProjection{
			{Index: "abc", Projection: tags.ProjectInclude, Attributes: []string{"x", "z=1"}},
			{Index: "abd", Projection: tags.ProjectInclude, Attributes: []string{":y:"}}}},
	} {
		t.Run("reads "+tag, func(t *testing.T) {
			got, err := tags.ParseStruct(tag)
			require.NoError(t, err)
			assert.Equal(t, want, got)

			again, err := tags.ParseStruct(got.String())
			require.NoError(t, err)
			assert.Equal(t, got, again, "re-rendered as %q", got.String())
		})
	}
}

func TestParseStructRefuses(t *testing.T) {
	for tag, reasons := range map[string][]string{
		"tabel=users":                   {`unknown option "tabel", did you mean "table"?`},
		"Table=users":                   {`did you mean "table"?`},
		"zzz=1":                         {`unknown option "zzz", use one of: table, default, unknown, signedas, retired, projection, include`},
		"table":                         {`option "table" needs a value`},
		"table=":                        {`option "table" needs a value`},
		"table= users":                  {"spaces around it"},
		"table=a,table=b":               {`duplicate option "table"`},
		"default=Sign":                  {`unknown action "Sign", did you mean "sign"?`},
		"default=ignore":                {`unknown action "ignore", use one of: encrypt, sign, none`},
		"unknown=none":                  {`unknown policy "none", use one of: ignore, sign, encrypt`},
		"unknown=ingore":                {`did you mean "ignore"?`},
		"retired=a":                     {"write retired=attribute:action"},
		"retired=:sign":                 {"write retired=attribute:action"},
		"retired=a:":                    {`retired attribute "a": unknown action ""`},
		"retired=a:sing":                {`retired attribute "a": unknown action "sing", did you mean "sign"?`},
		"retired=a:sign,retired=a:none": {`retired attribute "a" is listed twice`},
		"retired=*amzn-ddb-map-sig*:sign": {
			`retired attribute "*amzn-ddb-map-sig*": attribute name is reserved`},
		"sign":                                  {`option "sign" is for one field`},
		"partition":                             {`option "partition" is for one field`},
		"table=a,":                              {"stray comma"},
		",table=a":                              {"stray comma"},
		"index=abc:sort":                        {`option "index" is for one field`},
		"localindex=abc":                        {`option "localindex" is for one field`},
		"projecton=abc:all":                     {`did you mean "projection"?`},
		"projection":                            {`option "projection" needs a value`},
		"include=":                              {`option "include" needs a value`},
		"unknown":                               {`option "unknown" needs a value`},
		"projection=abc":                        {`unknown projection "", use one of: all, keys`},
		"projection=abc:kyes":                   {`unknown projection "kyes", did you mean "keys"?`},
		"projection=abc:include":                {`unknown projection "include"`},
		"projection=ab:all":                     {`index name "ab"`},
		"include=ab:x":                          {`index name "ab"`},
		"include=abc":                           {"write include=abc:attribute"},
		"include=abc:":                          {"write include=abc:attribute"},
		"include=abc:x,include=abc:x":           {`attribute "x" of index "abc" is listed twice`},
		"projection=abc:all,projection=abc:all": {`index "abc" has two projections`},
		"projection=abc:all,include=abc:x":      {`index "abc" has two projections`},
		"include=abc:x,projection=abc:keys":     {`index "abc" has two projections`},
		"tabel=a,defualt":                       {`did you mean "table"?`, `did you mean "default"?`},
	} {
		t.Run("refuses "+tag, func(t *testing.T) {
			got, err := tags.ParseStruct(tag)
			assert.Zero(t, got)
			requireFaults(t, err, tags.Error{Field: "_", Tag: tag}, reasons)
		})
	}
}

func TestUnknownActions(t *testing.T) {
	assert.Equal(t, crypto.DoNothing, tags.UnknownIgnore.Action())
	assert.Equal(t, crypto.SignOnly, tags.UnknownSign.Action())
	assert.Equal(t, crypto.EncryptAndSign, tags.UnknownEncrypt.Action())
	assert.Equal(t, crypto.EncryptAndSign, tags.Unknown(9).Action(), "an invalid policy is the strongest")
	assert.Equal(t, "invalid", tags.Unknown(9).String())
}

func TestParseRaw(t *testing.T) {
	for _, c := range []struct {
		name, raw, tagKey string
		want              tags.RawTag
	}{
		{"no tag says nothing", "", "", tags.RawTag{}},
		{"spaces say nothing", "  ", "", tags.RawTag{}},
		{"both keys are read", `dynamodbav:"email,omitempty" ddbcrypt:"sign"`, "",
			tags.RawTag{Name: "email", Flags: tags.Flags{OmitEmpty: true}, Crypt: "sign"}},
		{"a trailing comma reaches the parser", `ddbcrypt:"sign,"`, "", tags.RawTag{Crypt: "sign,"}},
		{"a dash ignores the field", `dynamodbav:"-"`, "", tags.RawTag{Ignore: true}},
		{"a dash with a comma ignores it too", `dynamodbav:"-,"`, "", tags.RawTag{Ignore: true}},
		{"json does not count unless asked for", `json:"a"`, "", tags.RawTag{}},
		{"json names", `json:"a"`, "json", tags.RawTag{Name: "a"}},
		{"json wins over dynamodbav", `dynamodbav:"a" json:"b"`, "json", tags.RawTag{Name: "b"}},
		{"an empty json name takes the dynamodbav name away", `dynamodbav:"a" json:",omitempty"`, "json",
			tags.RawTag{Flags: tags.Flags{OmitEmpty: true}}},
		{"json undoes a dash", `dynamodbav:"-" json:"b"`, "json", tags.RawTag{Name: "b"}},
		{"a json dash ignores", `dynamodbav:"a" json:"-"`, "json", tags.RawTag{Ignore: true}},
		{"an empty json tag changes nothing", `dynamodbav:"a" json:""`, "json", tags.RawTag{Name: "a"}},
		{"flags add up", `dynamodbav:",unixtime" json:",string"`, "json",
			tags.RawTag{Flags: tags.Flags{AsUnixTime: true, AsString: true}}},
		{"all flags are known",
			`dynamodbav:",omitempty,omitemptyelem,nullempty,nullemptyelem,string,unixtime,binaryset,numberset,stringset"`, "",
			tags.RawTag{Flags: tags.Flags{true, true, true, true, true, true, true, true, true}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := tags.ParseRaw("F", c.raw, c.tagKey)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestParseRawRefuses(t *testing.T) {
	for raw, reason := range map[string]string{
		`ddbcrypt`:                           "malformed struct tag",
		`ddbcrypt:sign`:                      "malformed struct tag",
		`ddbcrypt:"sign`:                     "malformed struct tag",
		`ddbcrypt :"sign"`:                   "malformed struct tag",
		`dynamodbav:"a", ddbcrypt:"sign"`:    "malformed struct tag",
		`ddbcrypt:"sign" ddbcrypt:"none"`:    `key "ddbcrypt" occurs twice`,
		`dynamodbav:"a" dynamodbav:"b"`:      `key "dynamodbav" occurs twice`,
		`ddbcrpyt:"sign"`:                    `unknown key "ddbcrpyt", did you mean "ddbcrypt"?`,
		`dynamodbav:"email" DDBCrypt:"none"`: `unknown key "DDBCrypt", did you mean "ddbcrypt"?`,
	} {
		t.Run("refuses "+raw, func(t *testing.T) {
			_, err := tags.ParseRaw("F", raw, "")
			requireFaults(t, err, tags.Error{Field: "F", Tag: raw}, []string{reason})
		})
	}
}

// requireFaults wants one *tags.Error for each reason, at the given place and
// in the class of configuration errors.
func requireFaults(t *testing.T, err error, place tags.Error, reasons []string) {
	t.Helper()
	got := faultsOf(t, err)
	require.Len(t, got, len(reasons), "faults: %v", err)
	for i, e := range got {
		assert.Equal(t, place, tags.Error{Type: e.Type, Field: e.Field, Tag: e.Tag})
		assert.ErrorContains(t, e, reasons[i])
	}
}

// faultsOf takes joined errors apart and checks what all of them promise.
func faultsOf(t *testing.T, err error) []*tags.Error {
	t.Helper()
	require.ErrorIs(t, err, crypto.ErrConfig)
	for _, class := range []error{
		crypto.ErrNotEncrypted, crypto.ErrSignature, crypto.ErrDescription,
		crypto.ErrAlgorithm, crypto.ErrKeyUnavailable, crypto.ErrCorrupt,
	} {
		require.NotErrorIs(t, err, class)
	}
	if one, ok := err.(*tags.Error); ok {
		return []*tags.Error{one}
	}
	joined, ok := err.(interface{ Unwrap() []error })
	require.True(t, ok, "%T", err)
	var all []*tags.Error
	var one *tags.Error
	for _, e := range joined.Unwrap() {
		require.ErrorAs(t, e, &one)
		require.ErrorIs(t, e, crypto.ErrConfig)
		assert.Contains(t, one.Error(), one.Type)
		assert.Contains(t, one.Error(), one.Field)
		all = append(all, one)
	}
	return all
}
