"""moto's server, made to check signatures of requests with a query, too.

moto 5.2.1 looks at the query as text that was decoded, so that a signed "prefix=a%2Fb" has another signature there. It is encoded again
before it is compared. Which rights are checked is moto's: POST /moto-api/reset-auth begins it.
"""
from urllib.parse import quote

from moto.iam.access_control import IAMRequestBase
from moto.server import main

create_request = IAMRequestBase._create_aws_request


def create_encoded_request(self):
    request = create_request(self)
    path, mark, query = request.url.partition("?")
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    request.url = path + mark + "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, _, value in pairs)
    return request


IAMRequestBase._create_aws_request = create_encoded_request

if __name__ == "__main__":
    main()
