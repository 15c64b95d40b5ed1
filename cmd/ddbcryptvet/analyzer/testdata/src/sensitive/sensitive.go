// Package sensitive has names that sound secret.
package sensitive

type User struct {
	ID            string `dynamodbav:"id" ddbcrypt:"partition"`
	Email         string `dynamodbav:"mail" ddbcrypt:"none"`          // want `^type sensitive.User, field Email, tag "none": attribute "mail" is neither encrypted nor signed though its name has the word "email", encrypt it or rename it$`
	Hash          string `dynamodbav:"password_hash" ddbcrypt:"none"` // want `the word "password"`
	CreditCards   string `ddbcrypt:"none"`                            // want `the word "card"`
	AuthTOKENs    string `ddbcrypt:"none"`                            // want `the word "token"`
	APIKey        string `dynamodbav:"k" ddbcrypt:"none"`             // want `the word "apikey"`
	SSN2          string `ddbcrypt:"none,index"`                      // want `the word "ssn", sign it or rename it$`
	EmailVerified bool   `ddbcrypt:"none"`
	Cardinality   int    `ddbcrypt:"none"`
	Tokenizer     string `ddbcrypt:"none"`
	Spinning      string `ddbcrypt:"none"`
	Phone         string
	Street        string `ddbcrypt:"sign"`
	Views         int    `ddbcrypt:"none"`
}

type Open struct {
	_     struct{} `ddbcrypt:"default=none"`
	Email string   // want `^type sensitive.Open, field Email: attribute "Email"`
	Plan  string
	Phone string `ddbcrypt:"encrypt"`
}

// Faulty has a fault elsewhere.
type Faulty struct {
	ID    string `ddbcrypt:"partiton"`  // want `unknown word`
	Phone string `ddbcrypt:"none,sign"` // want `two actions`
	IBAN  string `ddbcrypt:"none,ttl"`  // want `expiry time` `the word "iban"`
}
